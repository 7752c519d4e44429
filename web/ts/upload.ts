import { remove } from './transfer'
import { acceptDrops, UploadDialog } from './upload-dialog'
import { showType, type FileItem } from './upload-item'
import { copyOf, fill, part, size, wordsOf, type Words } from './words'

// Where the sentence about files that were added waits for the page that shows them.
const added = 'voordeur-added'

// enhanceUploads puts the dialog in the place of every plain choice of files.
export function enhanceUploads(): void {
  for (const root of document.querySelectorAll<HTMLElement>('[data-upload]')) new UploadField(root)
}

// UploadField is a form's field for files. Uploaded files stand in it as rows with a bin, and go
// with the form; or, where they become documents at once, the page shows them.
class UploadField {
  private readonly words: Words
  private readonly rows: HTMLElement
  private readonly status: HTMLElement
  private readonly button: HTMLButtonElement
  private readonly endpoint: string
  private readonly documents: boolean

  constructor(private readonly root: HTMLElement) {
    this.words = wordsOf(root)
    this.rows = part(root, 'rows')
    this.status = part(root, 'field-status')
    this.endpoint = root.dataset.endpoint ?? ''
    this.documents = root.dataset.upload === 'documents'
    this.button = this.replacePlain()
    for (const kept of [...this.rows.children] as HTMLElement[]) this.upgrade(kept)

    const dialog = new UploadDialog(
      root,
      {
        endpoint: this.endpoint,
        maxBytes: Number(root.dataset.maxBytes),
        extensions: (root.dataset.extensions ?? '').split(','),
        words: this.words,
        permanent: this.documents,
        metadata: () => this.metadata(),
      },
      (files) => this.take(files),
    )
    this.button.addEventListener('click', () => dialog.open())
    acceptDrops(root, (files) => dialog.open(files))
    if (this.documents) this.tellWhatWasAdded()
  }

  // metadata goes with a file's announcement: the part of the dossier that it belongs in, and what kind of document it is.
  private metadata(): Record<string, string> {
    const form = this.root.closest('form')
    if (!form || !this.documents) return {}
    const data = new FormData(form)
    return { category: String(data.get('category')), type: String(data.get('type') ?? '') }
  }

  // replacePlain puts the button where the plain input was, under its id, so that the links of an
  // error summary still lead there.
  private replacePlain(): HTMLButtonElement {
    const plain = part(this.root, 'plain')
    const button = copyOf<HTMLButtonElement>(this.root, 'button')
    const input = plain.querySelector('input')
    button.id = input?.id ?? ''
    plain.replaceWith(button)
    part(this.root, 'label').remove()
    if (this.documents) {
      for (const submit of this.root.closest('form')?.querySelectorAll<HTMLElement>('[type="submit"]') ?? [])
        submit.remove()
    }
    return button
  }

  // take shows the files that are at the server now; those that become documents are on the page
  // that the server gives.
  private take(files: FileItem[]): void {
    if (files.length === 0) return
    if (this.documents) {
      sessionStorage.setItem(added, String(files.length))
      location.assign(location.pathname)
      return
    }
    for (const item of files) this.addRow(item.id, item.file.name, size(item.file.size))
    this.status.textContent = files.map((item) => fill(this.words.done, { name: item.file.name })).join(', ')
  }

  // upgrade turns a file that the server kept, which without JavaScript is a box to untick.
  private upgrade(kept: HTMLElement): void {
    const { id = '', name = '', size = '' } = kept.dataset
    kept.remove()
    this.addRow(id, name, size)
  }

  private addRow(id: string, name: string, size: string): void {
    const row = copyOf(this.root, 'row')
    part(row, 'name').textContent = name
    part(row, 'meta').textContent = size
    part(row, 'of').textContent = name
    part<HTMLInputElement>(row, 'id').value = id
    showType(row, name)
    part(row, 'bin').addEventListener('click', () => void this.bin(row, id, name))
    this.rows.append(row)
    this.rows.hidden = false
  }

  private async bin(row: HTMLElement, id: string, name: string): Promise<void> {
    const error = part(row, 'error')
    error.hidden = true
    try {
      await remove(`${this.endpoint}/${id}`)
    } catch {
      part(error, 'text').textContent = fill(this.words.kept, { name })
      error.hidden = false
      return
    }
    const next = row.nextElementSibling ?? row.previousElementSibling
    row.remove()
    this.rows.hidden = this.rows.childElementCount === 0
    this.status.textContent = fill(this.words.removed, { name })
    if (next instanceof HTMLElement) part(next, 'bin').focus()
    else this.button.focus()
  }

  private tellWhatWasAdded(): void {
    const n = sessionStorage.getItem(added)
    sessionStorage.removeItem(added)
    if (!n) return
    const flash = copyOf(this.root, 'flash')
    part(flash, 'text').textContent = fill(this.words.added, { n })
    document.querySelector('.flash-place')?.replaceChildren(flash)
  }
}
