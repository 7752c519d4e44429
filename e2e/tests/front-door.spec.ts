import { test } from '../vocabulary'

for (const id of ['notaris', 'accountant', 'gemeente', 'eloket', 'thuiszorg']) {
  test(`the front door of ${id} opens for everybody`, async ({ ik, demo }) => {
    const tenant = demo.tenant(id)
    for (const face of [tenant.portal, tenant.office]) {
      await ik.open(face)
      await ik.zie(tenant.name)
      await ik.geenOverloop()
      await ik.axe()
    }
  })
}
