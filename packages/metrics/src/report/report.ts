import { Markup, markup } from '../markup.js';
import { renderEvaluation, renderOverview } from './evaluation.js';
import { checkReportInput, type ReportInput } from './input.js';
import { PAGE_STYLE } from './style.js';
import { renderTraining } from './training.js';

/**
 * A run's report as one HTML page that loads nothing from outside: no scripts, fonts or pictures by address. Light and
 * dark as the reader's system, readable on a phone, printable. All text that is passed in is escaped.
 * @throws {InvalidDataError} when there is no evaluation, or a picture is not a data URI.
 */
export function renderReport(input: ReportInput): string {
  checkReportInput(input);
  const { title, summary, evaluations, training, configuration, environment = {}, commands = [] } = input;
  const [headline, ...others] = evaluations;
  const page = markup`<!doctype html>
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
<p class="kicker">Training report</p>
<h1>${title}</h1>
${summary !== undefined && markup`<p class="lead">${summary}</p>`}
${renderFacts(input.facts ?? {})}
</header>
${others.length > 0 && renderOverview(evaluations)}
${renderEvaluation(headline, training && training.history.length > 0 ? renderTraining(training) : undefined)}
${others.map((evaluation) => renderEvaluation(evaluation))}
${commands.length > 0 && renderCommands(commands)}
${configuration !== undefined && markup`<section><h2>Configuration</h2><p class="note">As resolved: defaults, file and overrides together.</p><pre class="card" tabindex="0">${configuration.trimEnd()}</pre></section>`}
${Object.keys(environment).length > 0 && renderEnvironment(environment)}
</main>
<footer>Written by Mien. The page is complete in itself and loads nothing from outside.</footer>
</body>
</html>
`;
  return page.text;
}

function renderFacts(facts: Readonly<Record<string, string | number>>): Markup | undefined {
  const entries = Object.entries(facts);
  if (entries.length === 0) return undefined;
  return markup`<dl class="facts">${entries.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function renderCommands(commands: NonNullable<ReportInput['commands']>): Markup {
  const blocks = commands.map(
    ({ command, explanation }) =>
      markup`${explanation !== undefined && markup`<p>${explanation}</p>`}<pre class="card" tabindex="0"><code>${command}</code></pre>`,
  );
  return markup`<section><h2>Do it again</h2>${blocks}</section>`;
}

function renderEnvironment(environment: Readonly<Record<string, string | number>>): Markup {
  const entries = Object.entries(environment).map(([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>`);
  return markup`<section><h2>Environment</h2><div class="grid"><dl class="card environment">${entries}</dl></div></section>`;
}
