import { FileItem } from './upload-item'
import { copyOf, fill, part, type Words } from './words'

// Rules are what the office accepts; the server checks them again.
export interface Rules {
  endpoint: string
  maxBytes: number
  extensions: string[]
  words: Words
  // Whether a file is a document of the dossier as soon as it is at the server, and stays that.
  permanent: boolean
  metadata: () => Record<string, string>
}

// UploadDialog is where files are chosen and sent. It answers with the files that are at the
// server, or with none when the visitor goes back on it.
export class UploadDialog {
  private readonly dialog: HTMLDialogElement
  private readonly list: HTMLElement
  private readonly problems: HTMLElement
  private readonly status: HTMLElement
  private readonly browse: HTMLButtonElement
  private readonly go: HTMLButtonElement
  private readonly input: HTMLInputElement
  private items: FileItem[] = []
  private sending = false

  constructor(
    root: HTMLElement,
    private readonly rules: Rules,
    private readonly finished: (files: FileItem[]) => void,
  ) {
    this.dialog = copyOf<HTMLDialogElement>(root, 'dialog')
    this.list = part(this.dialog, 'list')
    this.problems = part(this.dialog, 'problems')
    this.status = part(this.dialog, 'status')
    this.browse = part(this.dialog, 'browse')
    this.go = part(this.dialog, 'go')
    this.input = part(this.dialog, 'input')
    document.body.append(this.dialog)
    this.listen()
  }

  // open shows the dialog, with files that were dropped on the page already.
  open(files: Iterable<File> = []): void {
    this.problems.replaceChildren()
    this.status.replaceChildren()
    this.show()
    this.dialog.showModal()
    this.add(files)
  }

  private listen(): void {
    this.browse.addEventListener('click', () => this.input.click())
    this.input.addEventListener('change', () => {
      this.add(this.input.files ?? [])
      this.input.value = '' // so that a removed file can be chosen again
    })
    this.go.addEventListener('click', () => {
      if (this.sending) return
      if (this.of('ready').length > 0) void this.send()
      else this.finish()
    })
    for (const name of ['cancel', 'close']) part(this.dialog, name).addEventListener('click', () => this.dialog.close())
    this.dialog.addEventListener('close', () => this.drop())
    acceptDrops(this.dialog, (files) => this.add(files))
  }

  private of(...states: FileItem['state'][]): FileItem[] {
    return this.items.filter((item) => states.includes(item.state))
  }

  // say adds a sentence for a screen reader; one that came just before is not cut off by it.
  private say(text: string): void {
    const line = document.createElement('p')
    line.textContent = text
    this.status.append(line)
    if (this.status.childElementCount > 5) this.status.firstElementChild?.remove()
  }

  // add takes the files that may come; each of the others is named with what is wrong with it.
  private add(files: Iterable<File>): void {
    const { words } = this.rules
    this.problems.replaceChildren()
    const added: string[] = []
    for (const file of files) {
      const wrong = this.wrongWith(file)
      if (wrong) this.name(file, wrong)
      else if (!this.items.some((item) => item.isOf(file))) {
        const item = new FileItem(this.dialog, file, words, this.rules.permanent)
        item.onRemove = () => this.remove(item)
        item.onAgain = () => void this.send()
        item.onChange = () => this.show()
        item.say = (text) => this.say(text)
        this.items.push(item)
        this.list.append(item.row)
        added.push(`${file.name}: ${words.ready}`)
      }
    }
    if (added.length > 0) this.say(added.join(', '))
    this.show()
  }

  private wrongWith(file: File): string | undefined {
    const { words, maxBytes, extensions } = this.rules
    if (file.size === 0) return words.empty
    if (file.size > maxBytes) return words.too_large
    const extension = file.name.split('.').pop()?.toLowerCase() ?? ''
    return extensions.includes(extension) ? undefined : words.wrong_type
  }

  private name(file: File, wrong: string): void {
    const row = copyOf(this.dialog, 'problem')
    part(row, 'text').textContent = `${file.name}: ${wrong}`
    this.problems.append(row)
  }

  // show makes the buttons say what they do now.
  private show(): void {
    const { words } = this.rules
    const coming = this.of('ready', 'busy', 'waiting').length
    const some = this.items.length > 0
    this.dialog.classList.toggle('upload-chosen', some)
    this.browse.textContent = (some ? words.more : words.browse) ?? ''
    this.browse.className = some ? 'plain link' : 'nl-button nl-button--primary'
    this.go.hidden = coming === 0 && this.of('done').length === 0
    this.go.textContent =
      coming > 0 ? fill(coming === 1 ? words.start_one : words.start_other, { n: coming }) : (words.finish ?? '')
    if (this.sending) this.go.setAttribute('aria-disabled', 'true')
    else this.go.removeAttribute('aria-disabled')
  }

  // remove takes a file off the list, and what is at the server of it, and moves the focus to what
  // stands in its place.
  private remove(item: FileItem): void {
    const at = this.items.indexOf(item)
    this.items.splice(at, 1)
    item.drop()
    item.row.remove()
    this.say(fill(this.rules.words.removed, { name: item.file.name }))
    this.show()
    const near = [...this.items.slice(at), ...this.items.slice(0, at).reverse()]
    const next = near.find((other) => other.removable)
    if (next) next.focus()
    else this.browse.focus()
  }

  // send brings the files to the server one after the other, those too that are added meanwhile.
  private async send(): Promise<void> {
    if (this.sending) return
    this.sending = true
    this.show()
    for (let next = this.of('ready')[0]; next; next = this.of('ready')[0]) {
      await next.send(this.rules.endpoint, this.rules.metadata())
      this.show()
    }
    this.sending = false
    this.show()
    if (this.items.length > 0 && this.of('done').length === this.items.length) this.finish()
  }

  private finish(): void {
    const files = this.of('done')
    this.items = this.items.filter((item) => item.state !== 'done')
    for (const item of files) item.row.remove()
    this.dialog.close()
    this.finished(files)
  }

  // drop forgets whatever is still in the list, here and at the server.
  private drop(): void {
    const stay = this.rules.permanent ? this.of('done') : []
    for (const item of this.items) {
      if (!stay.includes(item)) item.drop()
      item.row.remove()
    }
    this.items = []
    this.finished(stay)
  }
}

// acceptDrops takes files that are dragged onto an element, and shows that it would.
export function acceptDrops(el: HTMLElement, take: (files: File[]) => void): void {
  const over = (event: DragEvent, on: boolean) => {
    if (!event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    el.classList.toggle('upload-over', on)
  }
  el.addEventListener('dragover', (event) => over(event, true))
  el.addEventListener('dragleave', (event) => over(event, false))
  el.addEventListener('drop', (event) => {
    over(event, false)
    const files = [...(event.dataTransfer?.files ?? [])]
    if (files.length > 0) take(files)
  })
}
