/**
 * What a package's README promises: an install line and one snippet that runs.
 * @param {string} text
 * @returns {{ installs: string[], snippets: string[] }} names to install, without options; the TypeScript snippets
 */
export function readReadme(text) {
  const fences = [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, body]) => ({ language, body }));
  const installs = fences
    .filter(({ language }) => language === 'sh')
    .flatMap(({ body }) => body.split('\n'))
    .filter((line) => line.startsWith('npm install '))
    .flatMap((line) => line.split(/\s+/).slice(2))
    .filter((word) => !word.startsWith('-'));
  return {
    installs: [...new Set(installs)],
    snippets: fences.filter(({ language }) => language === 'ts').map(({ body }) => body),
  };
}
