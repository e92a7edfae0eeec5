import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fileSystemAt, inspectVolume } from './volume.ts'

const mounts = [
  'rootfs / rootfs rw 0 0',
  '/dev/vda / ext4 rw,relatime 0 0',
  '/dev/vdb /data btrfs rw 0 0',
  'files:/x /data/my\\040files nfs4 rw 0 0',
].join('\n')

test.for([
  ['/home/a', 'ext4'],
  ['/data', 'btrfs'],
  ['/data/b', 'btrfs'],
  ['/database', 'ext4'],
  ['/data/my files/c', 'nfs4'],
] as const)('%s is on %s', ([path, type]) => {
  expect(fileSystemAt(path, mounts)).toBe(type)
})

test('a folder of this machine reports what its file system holds', async () => {
  const path = await mkdtemp(join(tmpdir(), 'capstan-volume-'))
  const report = await inspectVolume({ name: 'local', path })
  await rm(path, { recursive: true })
  expect(report.capacityBytes).toBeGreaterThan(report.usedBytes)
  expect(report.usedBytes).toBeGreaterThan(0)
})
