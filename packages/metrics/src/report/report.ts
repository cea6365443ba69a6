import { type Markup, markup } from '../markup.js';
import { renderEvaluation, renderOverview } from './evaluation.js';
import { checkReportInput, type ReportInput } from './input.js';
import { renderPage } from './page.js';
import { renderTraining } from './training.js';

/**
 * A run's report as one HTML page that loads nothing from outside: no scripts, fonts or pictures by address. Light and
 * dark as the reader's system, readable on a phone, printable. All text that is passed in is escaped.
 * @throws {InvalidDataError} when there is no evaluation, or a picture is not a data URI.
 */
export function renderReport(input: ReportInput): string {
  checkReportInput(input);
  const { title, summary, facts, evaluations, training, configuration, environment = {}, commands = [] } = input;
  const [headline, ...others] = evaluations;
  return renderPage({
    // What was not trained here has no configuration.
    kind: configuration === undefined ? 'Evaluation report' : 'Training report',
    title,
    summary,
    facts,
    body: [
      others.length > 0 && renderOverview(evaluations),
      renderEvaluation(headline, training && training.history.length > 0 ? renderTraining(training) : undefined),
      ...others.map((evaluation) => renderEvaluation(evaluation)),
      commands.length > 0 && renderCommands(commands),
      configuration !== undefined &&
        markup`<section><h2>Configuration</h2><p class="note">As resolved: defaults, file and overrides together.</p><pre class="card" tabindex="0">${configuration.trimEnd()}</pre></section>`,
      Object.keys(environment).length > 0 && renderEnvironment(environment),
    ],
  });
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
