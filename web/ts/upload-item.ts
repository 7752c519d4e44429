import { Transfer } from './transfer'
import { copyOf, fill, part, size, type Words } from './words'

// FileItem is one chosen file: its row in the dialog and its way to the server.
export class FileItem {
  readonly row: HTMLElement
  state: 'ready' | 'busy' | 'waiting' | 'done' | 'failed' | 'dropped' = 'ready'
  onRemove = (): void => {}
  onAgain = (): void => {}
  onChange = (): void => {}
  say: (text: string) => void = () => {}
  private readonly remove: HTMLButtonElement
  private readonly again: HTMLButtonElement
  private readonly bar: HTMLProgressElement
  private transfer?: Transfer
  private settle = (): void => {}

  constructor(
    root: HTMLElement,
    readonly file: File,
    private readonly words: Words,
    private readonly permanent: boolean,
  ) {
    this.row = copyOf(root, 'item')
    this.remove = part(this.row, 'remove')
    this.again = part(this.row, 'again')
    this.bar = part(this.row, 'bar')
    part(this.row, 'name').textContent = file.name
    for (const name of this.row.querySelectorAll('[data-part="of"]')) name.textContent = file.name
    showType(this.row, file.name)
    this.bar.max = file.size
    this.bar.setAttribute('aria-label', file.name)
    this.remove.addEventListener('click', () => this.onRemove())
    this.again.addEventListener('click', () => {
      this.show('ready', words.ready)
      this.remove.focus()
      this.onAgain()
    })
    this.show('ready', words.ready)
  }

  // id is that of the upload at the server.
  get id(): string {
    return this.transfer?.id ?? ''
  }

  get removable(): boolean {
    return !(this.permanent && this.state === 'done')
  }

  isOf(file: File): boolean {
    const { name, size, lastModified } = this.file
    return name === file.name && size === file.size && lastModified === file.lastModified
  }

  focus(): void {
    this.remove.focus()
  }

  // send brings the file to the server, from where it was; it is over when the file is there, refused or taken away.
  send(endpoint: string, metadata: Record<string, string>): Promise<void> {
    this.transfer ??= this.transferTo(endpoint, metadata)
    this.show('busy', progressText(this.bar.value, this.file.size, this.words))
    this.say(fill(this.words.busy, { name: this.file.name }))
    return new Promise((settle) => {
      this.settle = settle
      this.transfer?.start()
    })
  }

  private transferTo(endpoint: string, metadata: Record<string, string>): Transfer {
    const { file, words } = this
    const speed = new Speed(file.size, words)
    return new Transfer(
      file,
      endpoint,
      { filename: file.name, ...metadata },
      {
        progress: (sent) => {
          this.bar.value = sent
          this.show('busy', progressText(sent, file.size, words), speed.left(sent))
        },
        waiting: () => {
          speed.forget()
          this.show('waiting', words.waiting)
          this.say(words.waiting ?? '')
        },
        done: () => {
          this.show('done', size(file.size), words.there)
          this.say(fill(words.done, { name: file.name }))
          this.settle()
        },
        failed: (text, again) => {
          this.show('failed', text || words.error)
          this.again.hidden = !again
          this.say(`${fill(words.failed, { name: file.name })}. ${text || words.error}`)
          this.settle()
        },
      },
    )
  }

  // drop forgets the file, here and at the server.
  drop(): void {
    this.transfer?.drop()
    this.state = 'dropped'
    this.settle()
  }

  private show(state: FileItem['state'], ...texts: (string | undefined)[]): void {
    const changed = this.state !== state
    this.state = state
    this.row.dataset.state = state
    const going = state === 'busy' || state === 'waiting'
    const meta = state === 'ready' ? [size(this.file.size), ...texts] : texts
    part(this.row, 'meta').textContent = meta.filter(Boolean).join(' · ')
    part(this.row, 'remove-text').textContent = (going ? this.words.stop : this.words.remove) ?? ''
    part(this.row, 'alert').hidden = state !== 'failed' && state !== 'waiting'
    part(this.row, 'check').hidden = state !== 'done'
    this.remove.hidden = !this.removable
    this.bar.hidden = !going
    this.again.hidden = true
    if (changed) this.onChange()
  }
}

// showType lets a row's icon tell what kind of file it is.
export function showType(row: HTMLElement, fileName: string): void {
  const use = row.querySelector('[data-part="type"] use')
  const sprite = use?.getAttribute('href')?.split('#')[0]
  const extension = fileName.split('.').pop()?.toLowerCase() ?? ''
  const photo = ['jpg', 'jpeg', 'png', 'gif', 'webp', 'heic', 'heif', 'tif', 'tiff', 'bmp'].includes(extension)
  use?.setAttribute('href', `${sprite}#${extension === 'pdf' ? 'file-type-pdf' : photo ? 'photo' : 'file-text'}`)
}

// progressText returns "0,5 van 0,8 MB"; the unit stands once when it is the same.
function progressText(sent: number, total: number, words: Words): string {
  const [done, all] = [size(sent), size(total)]
  const [number, unit] = done.split(' ')
  return fill(words.of, { done: all.endsWith(` ${unit}`) ? (number ?? done) : done, total: all })
}

// Speed tells how long a transfer still takes, from how it went since it last began.
class Speed {
  private from?: { at: number; sent: number }

  constructor(
    private readonly total: number,
    private readonly words: Words,
  ) {}

  forget(): void {
    this.from = undefined
  }

  left(sent: number): string {
    const now = performance.now()
    this.from ??= { at: now, sent }
    const passed = (now - this.from.at) / 1000
    const gone = sent - this.from.sent
    if (passed < 1 || gone <= 0) return ''
    const seconds = ((this.total - sent) / gone) * passed
    // In steps of five, so that it can be read, and never "1".
    if (seconds <= 90) return fill(this.words.left_seconds, { n: Math.max(5, Math.ceil(seconds / 5) * 5) })
    return fill(this.words.left_minutes, { n: Math.ceil(seconds / 60) })
  }
}
