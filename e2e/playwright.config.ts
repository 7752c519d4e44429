import { defineConfig } from '@playwright/test'
import { projects } from './projects'

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  globalSetup: './demo-server.ts',
  projects,
  fullyParallel: true,
  workers: 2,
  forbidOnly: !!process.env.CI,
  // Long enough for a machine that does other things too; who passes waits for none of them.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  reporter: 'line',
  use: { trace: 'retain-on-failure', actionTimeout: 30_000, navigationTimeout: 60_000 },
})
