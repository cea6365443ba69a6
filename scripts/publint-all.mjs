// publint for every package that is published, on the files that would be packed; a warning counts as a failure.
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { root } from './library/pnpm.mjs';
import { listPublicPackages } from './library/workspace.mjs';

const packages = listPublicPackages(root);
let problems = 0;
for (const { directory, manifest } of packages) {
  const { messages, pkg } = await publint({ pkgDir: join(root, directory), pack: 'npm', strict: true });
  problems += messages.length;
  for (const message of messages) {
    process.stdout.write(
      `${directory}/package.json: ${message.type}: ${formatMessage(message, pkg, { color: false })}\n`,
    );
  }
  if (!manifest.publishConfig?.access) {
    problems += 1;
    process.stdout.write(`${directory}/package.json: error: publishConfig.access is missing: add "public"\n`);
  }
}
process.stdout.write(`${packages.length} packages, ${problems} problems\n`);
process.exitCode = problems > 0 ? 1 : 0;
