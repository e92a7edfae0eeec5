import { expect, test } from 'vitest'
import { addressFor, reachesApps } from './reach.ts'

test.each([
  ['http://127.0.0.1:8081', 'localhost', 'http://127.0.0.1:8081/'],
  ['http://127.0.0.1:8081', '192.0.2.7', 'http://192.0.2.7:8081/'],
  ['http://127.0.0.1:8081', '[2001:db8::7]', 'http://[2001:db8::7]:8081/'],
  ['https://apps.example.com', '192.0.2.7', 'https://apps.example.com/'],
])('a proxy at %s is reached from where %s leads as %s', (address, hostname, expected) => {
  expect(addressFor(address, hostname).href).toBe(expected)
})

test.each([
  ['apps.localhost:8081', 'localhost', true],
  ['apps.localhost:8081', '127.0.0.1', true],
  ['apps.localhost:8081', 'cluster.example.com', false],
  ['apps.example.com', 'cluster.example.com', true],
])('applications under %s open for who came by %s: %s', (appsHost, hostname, expected) => {
  expect(reachesApps(appsHost, hostname)).toBe(expected)
})
