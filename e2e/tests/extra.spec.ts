import { look } from '../looks'
import { passwordLink } from '../outbox'
import { bring, logIn } from '../sessions'
import { expect, test } from '../vocabulary'

test('N48 N49 N50 N51: a company adds an extra account, sees it and deletes it', async ({ ik, demo, context }, info) => {
  test.setTimeout(300_000)
  const portal = demo.tenant('notaris').portal
  const head = demo.tenant('notaris').logins.find((l) => l.email.startsWith('directie@'))
  if (!head) throw new Error('no company at notaris')
  await bring(context, portal, await logIn(portal, head))
  const name = `Piet ${info.project.name} ${info.repeatEachIndex}${info.retry}`
  const email = `${name.replaceAll(' ', '-').toLowerCase()}@bakkerijsmit.example`

  await ik.open(`${portal}/profile`)
  await ik.druk('Extra accounts')
  await ik.kop('Extra accounts')
  await look(ik)
  await ik.vul('Naam van uw collega', name)
  await ik.vul('E-mailadres', 'geen adres')
  await ik.druk('Uitnodigen')
  await ik.zie('Vul een geldig e-mailadres in.')
  await expect(ik.page.getByLabel('Naam van uw collega')).toHaveValue(name)
  await ik.axe()
  await ik.vul('E-mailadres', email)
  await ik.druk('Uitnodigen')
  await ik.zie(`De uitnodiging is verstuurd naar ${email}.`)
  expect(passwordLink(await demo.outbox.next(email))).toContain(portal)
  await ik.druk(name)
  await ik.zie('Uitgenodigd')
  await look(ik)
  await ik.druk('Account verwijderen')
  await look(ik)
  await ik.druk('Annuleer, dit account blijft')
  await ik.druk('Account verwijderen')
  await ik.druk('Verwijderen')
  await ik.zie(`Het account van ${name} is verwijderd.`)
})
