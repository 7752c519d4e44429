import { copyOf, fill, part, wordsOf } from './words'

// countPicked betters a list in which several rows are chosen: one box for all of them instead of a link that loads the
// page again, and how many are chosen.
export function countPicked(): void {
  const form = document.querySelector<HTMLFormElement>('form[data-picking]')
  if (!form) return
  const words = wordsOf(form)
  const boxes = [...form.querySelectorAll<HTMLInputElement>('input[name="dossier"]')]
  const count = part(form, 'count')
  const label = copyOf<HTMLLabelElement>(form, 'all-box')
  const all = label.querySelector('input')
  if (!all) return
  part(form, 'all').replaceChildren(label)

  const say = () => {
    const n = boxes.filter((box) => box.checked).length
    all.checked = n === boxes.length
    all.indeterminate = n > 0 && n < boxes.length
    count.textContent = n === 0 ? (words.none ?? '') : fill(n === 1 ? words.one : words.other, { n })
  }
  form.addEventListener('change', ({ target }) => {
    if (target === all) for (const box of boxes) box.checked = all.checked
    say()
  })
  // A page that comes back from the history has its boxes as they were.
  addEventListener('pageshow', say)
}
