// Runs inside a sandbox's network: takes connections on a Unix socket outside of it, and passes each on to a port of the
// loopback inside. A connection begins with the port and a line feed; the answer is one byte, `+`, or the end.
import { connect, createServer } from 'node:net'

const server = createServer({ allowHalfOpen: true }, socket => {
  socket.on('error', () => socket.destroy())
  socket.once('data', (first: Buffer) => {
    const end = first.indexOf(10)
    const port = Number(first.subarray(0, end).toString())
    socket.pause()
    const target = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true })
    target.on('error', () => socket.destroy())
    target.on('close', () => socket.destroy())
    socket.on('close', () => target.destroy())
    target.once('connect', () => {
      socket.write('+')
      if (first.length > end + 1) target.write(first.subarray(end + 1))
      socket.pipe(target)
      target.pipe(socket)
    })
  })
})
server.listen(process.argv[2], () => process.stdout.write('ready\n'))
process.stdin.on('end', () => process.exit(0)).resume()
