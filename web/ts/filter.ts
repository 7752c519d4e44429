import { wordsOf } from './words'

const kept = 'filter' // which box was ticked, so that the focus is still on it in the new list

// filterAtOnce sends the filter of a list as soon as a box is ticked. A screen reader hears that
// beforehand.
export function filterAtOnce(): void {
  for (const group of document.querySelectorAll<HTMLElement>('form.filter fieldset')) {
    const hint = document.createElement('span')
    hint.className = 'hidden'
    hint.textContent = wordsOf(document.body).filter_at_once ?? ''
    group.querySelector('legend')?.append(' ', hint)
    group.addEventListener('change', ({ target }) => {
      if (!(target instanceof HTMLInputElement)) return
      sessionStorage.setItem(kept, target.value)
      target.form?.requestSubmit()
    })
    const value = sessionStorage.getItem(kept)
    sessionStorage.removeItem(kept)
    for (const box of group.querySelectorAll('input')) {
      if (value !== null && box.value === value) box.focus({ preventScroll: true })
    }
  }
}
