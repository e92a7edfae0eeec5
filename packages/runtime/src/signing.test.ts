import { expect, test } from 'vitest'
import {
  isSignedWith,
  parseSignedDate,
  readAuthorization,
  signatureOf,
  signRequest,
} from './signing.ts'

const secretKey = 'cDiBJsHNrXJ0tFeVTvpFh6hbCnfNnXgLHwZ8uTq1'

const listing = {
  method: 'get',
  target: '/api/v1/sessions?limit=2&state=live',
  host: '127.0.0.1:8080',
  date: '2026-11-23T19:30:00.123456+00:00',
  contentType: 'application/json',
  version: 'v9.20250722',
}

/** Computed beside this code, with Python's hmac module. */
const listingSignature = '28552d72456159598fc2cd14a2d0b0e6340a077ad06af997ef205a70b93db98a'

test('ACC-02 a signature is the one that another implementation of the scheme computes', () => {
  expect(signatureOf(listing, secretKey)).toBe(listingSignature)
})

test('ACC-02 the key is of the day in UTC, and the type is signed in lower case', () => {
  const lateInNewYork = {
    ...listing,
    method: 'POST',
    target: '/api/v1/sessions',
    host: 'capstan.example',
    date: 'Mon, 23 Nov 2026 23:30:00 -0500',
    contentType: 'Application/JSON',
  }
  expect(signatureOf(lateInNewYork, secretKey)).toBe(
    'dc360a8d1ce6d1a112199c0b540fd3281d7514a23cee632ae0d30c3f19719f53',
  )
})

test('ACC-02 what a client sends is what a server reads', () => {
  const headers = signRequest({ ...listing, accessKey: 'AKIAABCDEFGHIJKLMNOP', secretKey })
  const read = readAuthorization(headers['authorization'])
  expect(read).toEqual({ accessKey: 'AKIAABCDEFGHIJKLMNOP', signature: listingSignature })
  expect(headers).toMatchObject({ date: listing.date, 'content-type': 'application/json' })
  expect(isSignedWith(secretKey, read?.signature ?? '', listing)).toBe(true)
})

test.for([
  ['another method', { method: 'POST' }],
  ['another target', { target: '/api/v1/sessions?limit=3&state=live' }],
  ['another host', { host: '127.0.0.1:8081' }],
  ['another date', { date: '2026-11-23T19:30:00.123457+00:00' }],
  ['another type', { contentType: 'text/plain' }],
  ['another version', { version: 'v8.20240315' }],
] as const)('ACC-02 a signature is worth nothing for %s', ([, change]) => {
  expect(isSignedWith(secretKey, listingSignature, { ...listing, ...change })).toBe(false)
})

test.for([
  '',
  'Bearer abc',
  'BackendAI signMethod=HMAC-SHA1, credential=AKIA:00',
  'BackendAI signMethod=HMAC-SHA256, credential=AKIAABCDEFGHIJKLMNOP:zz',
])('another authorization is not read as ours: %s', header => {
  expect(readAuthorization(header)).toBeUndefined()
})

test.for([
  ['2026-11-23T19:30:00Z', '2026-11-23T19:30:00.000Z'],
  ['2026-11-23T19:30:00', '2026-11-23T19:30:00.000Z'],
  ['20261123T193000Z', '2026-11-23T19:30:00.000Z'],
  ['2026-11-23T19:30:00+09:00', '2026-11-23T10:30:00.000Z'],
  ['2026-11-23T19:30:00.5+0900', '2026-11-23T10:30:00.500Z'],
  ['Mon, 23 Nov 2026 19:30:00 GMT', '2026-11-23T19:30:00.000Z'],
] as const)('the date %s is read', ([header, expected]) => {
  expect(parseSignedDate(header)?.toISOString()).toBe(expected)
})

test.for(['', '1', 'yesterday', '2026-13-40T00:00:00Z', 'Mon, 99 Nov 2026 19:30:00 GMT'])(
  'the date "%s" is refused',
  header => {
    expect(parseSignedDate(header)).toBeUndefined()
  },
)
