import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {object} WorkspacePackage
 * @property {string} directory relative to the root, with `/`
 * @property {Record<string, any>} manifest its package.json
 */

/**
 * Every package of the repository, in the order of their folders.
 * @param {string} root
 * @returns {WorkspacePackage[]}
 */
export function listPackages(root) {
  const found = [];
  for (const parent of ['packages', 'apps', 'datasets']) {
    for (const name of readFolder(join(root, parent))) {
      const directory = `${parent}/${name}`;
      const manifest = readManifest(join(root, directory));
      if (manifest) found.push({ directory, manifest });
    }
  }
  const scripts = readManifest(join(root, 'scripts'));
  if (scripts) found.push({ directory: 'scripts', manifest: scripts });
  return found;
}

/** The packages that are published. */
export const listPublicPackages = (root) => listPackages(root).filter(({ manifest }) => !manifest.private);

function readFolder(path) {
  try {
    return readdirSync(path).sort();
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

function readManifest(directory) {
  try {
    return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}
