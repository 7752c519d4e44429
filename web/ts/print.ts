// offerPrint shows the buttons that print the page; without a script the browser's own menu does that.
export function offerPrint(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-print]')) {
    button.hidden = false
    button.addEventListener('click', () => {
      print()
    })
  }
}
