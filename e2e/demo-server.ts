import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startScanner } from './scanner'

const root = join(import.meta.dirname, '..')

// Builds the program and runs its demo on empty data for the whole run. The tests find the data
// folder in VOORDEUR_E2E_DATA. What is returned stops the demo and takes its data away.
export default async function start(): Promise<() => Promise<void>> {
  execFileSync(join(root, 'scripts/build'), { cwd: root, stdio: 'inherit' })
  const data = mkdtempSync(join(tmpdir(), 'voordeur-e2e-'))
  const scanner = await startScanner()
  const demo = spawn(join(root, 'bin/voordeur'), ['demo', '--addr', '127.0.0.1:0', '--data', data, '--scan', scanner.address], { cwd: root })
  let log = ''
  for (const stream of [demo.stdout, demo.stderr]) stream.on('data', (b: Buffer) => (log = (log + b).slice(-20_000)))
  const stop = async () => {
    await end(demo)
    scanner.stop()
    rmSync(data, { recursive: true, force: true })
  }
  try {
    await ready(demo, () => /http:\/\/outbox\.localhost(:\d+)\n/.exec(log)?.[1])
  } catch (err) {
    await stop()
    throw new Error(`the demo does not start: ${err}\n${log}`)
  }
  process.env.VOORDEUR_E2E_DATA = data
  return stop
}

// ready waits until the demo answers. The port is the machine's choice, and is there once the demo has
// said it: one that was looked for first could be somebody else's by now.
async function ready(demo: ChildProcess, port: () => string | undefined): Promise<void> {
  const failed: Error[] = []
  demo.on('error', (err) => failed.push(err))
  for (const until = Date.now() + 60_000; Date.now() < until; await sleep(100)) {
    if (failed[0]) throw failed[0]
    if (demo.exitCode !== null) throw new Error(`it ended with ${demo.exitCode}`)
    const at = port()
    const answer = at && (await fetch(`http://127.0.0.1${at}/readyz`).catch(() => undefined)) // refused until it listens
    if (answer && answer.ok) return
  }
  throw new Error('not ready within a minute')
}

async function end(demo: ChildProcess): Promise<void> {
  if (demo.pid === undefined || demo.exitCode !== null || demo.signalCode !== null) return
  const ended = once(demo, 'exit')
  demo.kill('SIGTERM')
  const patience = setTimeout(() => demo.kill('SIGKILL'), 10_000)
  await ended
  clearTimeout(patience)
}
