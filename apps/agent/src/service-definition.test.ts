import { expect, test } from 'vitest'
import { prepare } from './prestart.ts'
import { fill, parseServiceDefinition } from './service-definition.ts'

test('both brace styles are filled in, and what nobody knows stays', () => {
  const variables = { ports: [8080, 8081], runtime_path: '/usr/bin/python3' }
  expect(fill('{runtime_path} -p {ports[0]} ${{ ports[1] }} {unknown} {ports[7]}', variables)).toBe(
    '/usr/bin/python3 -p 8080 8081 {unknown} {ports[7]}',
  )
})

test('a definition that is wrong says what is wrong', () => {
  expect(() => parseServiceDefinition('{')).toThrow(/not JSON/)
  expect(() => parseServiceDefinition('{"command": 1}')).toThrow(/command/)
})

test('what comes before the command is done in order, and what it gave is known by its name', async () => {
  const commands: (readonly string[])[] = []
  const run = async (command: readonly string[]): Promise<string> => {
    commands.push(command)
    return 'out\n'
  }
  const { prestart } = parseServiceDefinition(
    JSON.stringify({
      command: ['x'],
      prestart: [
        { action: 'run_command', args: { command: ['date', '{ports[0]}'] }, ref: 'when' },
        {
          action: 'write_file',
          args: { filename: '/tmp/{when}', lines: ['a', '{when}'], mode: '600' },
        },
        { action: 'mkdir', args: { path: '/tmp/d' } },
      ],
    }),
  )
  expect(await prepare(prestart, { ports: [80] }, run)).toMatchObject({ when: 'out' })
  expect(commands[0]).toEqual(['date', '80'])
  expect(commands[1]?.slice(-3)).toEqual(['/tmp/out', 'a\nout\n', '600'])
  expect(commands[2]).toEqual(['mkdir', '-p', '/tmp/d'])
})

test('an action that nobody knows is refused by its name', async () => {
  await expect(prepare([{ action: 'dance', args: {} }], {}, async () => '')).rejects.toThrow(
    /dance/,
  )
})
