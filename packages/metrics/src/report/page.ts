import { Markup, markup } from '../markup.js';
import { PAGE_STYLE } from './style.js';

interface Page {
  /** What kind of page it is, above the title. */
  readonly kind: string;
  readonly title: string;
  readonly summary?: string;
  readonly facts?: Readonly<Record<string, string | number>>;
  readonly body: readonly (Markup | false | undefined)[];
}

/** One HTML page that loads nothing from outside, light and dark as the reader's system. */
export function renderPage({ kind, title, summary, facts = {}, body }: Page): string {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="@mien/metrics">
<title>${title}</title>
<style>${new Markup(PAGE_STYLE)}</style>
</head>
<body>
<main>
<header>
<p class="kicker">${kind}</p>
<h1>${title}</h1>
${summary !== undefined && markup`<p class="lead">${summary}</p>`}
${renderFacts(facts)}
</header>
${body}
</main>
<footer>Written by Mien. The page is complete in itself and loads nothing from outside.</footer>
</body>
</html>
`.text;
}

function renderFacts(facts: Readonly<Record<string, string | number>>): Markup | undefined {
  const entries = Object.entries(facts);
  if (entries.length === 0) return undefined;
  return markup`<dl class="facts">${entries.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}
