import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'

// What the demo's scanner finds, anywhere in a file. No real scanner knows it.
export const MALWARE = 'VOORDEUR-TEST-MALWARE'

// startScanner speaks what the program asks of clamd (INSTREAM), so that files wait for a verdict and
// can end in quarantine as they do in an office.
export async function startScanner(): Promise<{ address: string; stop: () => void }> {
  const server = createServer((socket) => void scan(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { address: `clamd:127.0.0.1:${port}`, stop: () => server.close() }
}

// scan answers once the chunk of no bytes has come, which is the end.
function scan(socket: Socket): void {
  let came = Buffer.alloc(0)
  socket.on('error', () => socket.destroy()) // who asked has left
  socket.on('data', (bytes: Buffer) => {
    came = Buffer.concat([came, bytes])
    const file = content(came)
    if (file) socket.end(file.includes(MALWARE) ? 'stream: Voordeur.Test FOUND\0' : 'stream: OK\0')
  })
}

// content returns the file when all of it has come: after the command each chunk has its length before it.
function content(came: Buffer): Buffer | undefined {
  const chunks: Buffer[] = []
  for (let at = came.indexOf(0) + 1; at > 0 && at + 4 <= came.length; ) {
    const length = came.readUInt32BE(at)
    if (length === 0) return Buffer.concat(chunks)
    chunks.push(came.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return undefined
}
