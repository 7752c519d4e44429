// sendOnce keeps a second click on a form's button from sending the form twice. The button is not
// disabled, which would take away the focus, but says that it does nothing now.
export function sendOnce(): void {
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement
    if (event.defaultPrevented || form.method !== 'post') return
    if (form.dataset.sent) {
      event.preventDefault()
      return
    }
    form.dataset.sent = 'yes'
    for (const button of submitters(form)) button.setAttribute('aria-disabled', 'true')
  })
  // A page that comes back from the history can be sent again.
  addEventListener('pageshow', () => {
    for (const form of document.querySelectorAll<HTMLFormElement>('form[data-sent]')) {
      delete form.dataset.sent
      for (const button of submitters(form)) button.removeAttribute('aria-disabled')
    }
  })
}

function submitters(form: HTMLFormElement): Element[] {
  return [...form.elements].filter((el) => el.matches('button[type="submit"]'))
}
