import { Upload, type DetailedError } from 'tus-js-client'

// Watcher hears how the transfer of a file goes.
export interface Watcher {
  progress(sent: number): void
  waiting(): void // the connection is gone; the transfer goes on by itself
  done(): void
  failed(text: string, again: boolean): void // again: another try may help
}

// What the protocol of uploads asks of every request (tus 1.0).
const tus = { 'Tus-Resumable': '1.0.0' }

const patience = [1000, 2000, 5000, 10_000]

// Transfer brings one file to the server. After a break it goes on from the byte where the server
// is. Nothing about it is kept in the browser.
export class Transfer {
  private readonly upload: Upload
  private breaks = 0 // since the last byte that went through
  private refusals = 0
  private timer = 0
  private state: 'idle' | 'going' | 'waiting' | 'done' | 'dropped' = 'idle'

  constructor(
    file: File,
    endpoint: string,
    metadata: Record<string, string>,
    private readonly watcher: Watcher,
  ) {
    this.upload = new Upload(file, {
      endpoint,
      metadata,
      retryDelays: null, // we know better when to try again
      storeFingerprintForResuming: false,
      onUploadUrlAvailable: () => this.announced(),
      onProgress: (sent) => this.progress(sent),
      onSuccess: () => this.succeed(),
      onError: (error) => this.fail(error),
    })
  }

  // id is that of the upload at the server, once it is announced there.
  get id(): string {
    return this.upload.url?.split('/').pop() ?? ''
  }

  start(): void {
    this.state = 'going'
    this.refusals = 0
    addEventListener('online', this.resume)
    addEventListener('offline', this.pause)
    this.upload.start()
  }

  // drop stops the transfer and takes away what is at the server. Between the announcement and its
  // answer the address is not known: then it happens when the answer comes.
  drop(): void {
    const announcing = this.state === 'going' && !this.upload.url
    this.leave('dropped')
    if (announcing) return
    void this.upload.abort()
    if (this.upload.url) void removeSurely(this.upload.url)
  }

  private announced(): void {
    if (this.state !== 'dropped') return
    void this.upload.abort()
    if (this.upload.url) void removeSurely(this.upload.url)
  }

  private progress(sent: number): void {
    if (this.state !== 'going') return
    this.breaks = 0
    this.watcher.progress(sent)
  }

  private succeed(): void {
    if (this.state === 'dropped') return
    this.leave('done')
    this.watcher.done()
  }

  private fail(error: Error | DetailedError): void {
    if (this.state !== 'going') return
    const answer = 'originalResponse' in error ? error.originalResponse : null
    const status = answer?.getStatus() ?? 0
    const passes = status === 0 || status >= 500 || status === 409 || status === 423 || status === 429
    if (passes && (status === 0 || this.refusals++ < patience.length)) {
      this.wait()
      return
    }
    this.leave('idle')
    this.watcher.failed(problemOf(answer?.getBody()), passes)
  }

  private wait(): void {
    this.state = 'waiting'
    this.watcher.waiting()
    clearTimeout(this.timer)
    this.timer = setTimeout(this.resume, patience[Math.min(this.breaks++, patience.length - 1)])
  }

  private readonly resume = (): void => {
    if (this.state !== 'waiting') return
    clearTimeout(this.timer)
    this.state = 'going'
    this.upload.start()
  }

  // A request that hangs on a dead connection would be noticed only after minutes.
  private readonly pause = (): void => {
    if (this.state !== 'going' || !this.upload.url) return
    void this.upload.abort()
    this.wait()
  }

  private leave(state: 'idle' | 'done' | 'dropped'): void {
    this.state = state
    clearTimeout(this.timer)
    removeEventListener('online', this.resume)
    removeEventListener('offline', this.pause)
  }
}

// problemOf returns what the server says is wrong, in the user's language, or "".
function problemOf(body: string | undefined): string {
  try {
    const problem = JSON.parse(body ?? '') as { detail?: string; fields?: { text: string }[] }
    return problem.fields?.[0]?.text ?? problem.detail ?? ''
  } catch {
    return ''
  }
}

// remove takes an upload away from the server; one that is gone already counts as taken away.
export async function remove(url: string): Promise<void> {
  const answer = await fetch(url, { method: 'DELETE', headers: tus, keepalive: true })
  if (!answer.ok && answer.status !== 404) throw new Error(`${answer.status} for ${url}`)
}

async function removeSurely(url: string): Promise<void> {
  for (const delay of patience) {
    try {
      await remove(url)
      return
    } catch {
      await new Promise((go) => setTimeout(go, delay))
    }
  }
}
