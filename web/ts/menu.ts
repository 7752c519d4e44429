// closeMenus closes an opened menu with Escape, and when the focus or a click goes elsewhere.
export function closeMenus(): void {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>('details.menu, details.switch')) {
    menu.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !menu.open) return
      menu.open = false
      menu.querySelector('summary')?.focus()
    })
    document.addEventListener('pointerdown', (event) => {
      if (!menu.contains(event.target as Node)) menu.open = false
    })
    menu.addEventListener('focusout', (event) => {
      if (event.relatedTarget && !menu.contains(event.relatedTarget as Node)) menu.open = false
    })
  }
}
