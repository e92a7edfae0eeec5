import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'

/**
 * The address of this machine that packets to a server would leave from: where that server's network can reach us. Nothing is
 * sent. Of a server on this machine, a loopback address. Throws when its name is not known, or no way leads there.
 */
export async function ownAddressTowards(server: string): Promise<string> {
  const { hostname, port } = new URL(server)
  const { address, family } = await lookup(hostname.replace(/^\[|\]$/g, ''))
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4')
  try {
    socket.connect(Number(port) || 80, address)
    await once(socket, 'connect')
    return socket.address().address
  } finally {
    socket.close()
  }
}
