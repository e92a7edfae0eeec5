import { expect, test } from 'vitest'
import { controlOf } from './control-key.ts'
import { toWebSocket } from './terminal-link.ts'

test('Ctrl and a letter is the control character that programs expect', () => {
  expect(controlOf('c')).toBe('\u0003')
  expect(controlOf('Z')).toBe('\u001A')
})

test('a terminal is reached over WebSocket, secure where the address is', () => {
  expect(toWebSocket('http://127.0.0.1:8081/t')).toBe('ws://127.0.0.1:8081/t')
  expect(toWebSocket('https://apps.example/t')).toBe('wss://apps.example/t')
  expect(toWebSocket('ws://127.0.0.1/t')).toBe('ws://127.0.0.1/t')
})
