import { Command } from 'commander';
import { renderReportAgain } from '../run/report-folder.js';

/** `mien-train report <run>`. */
export function reportCommand(): Command {
  return new Command('report')
    .description('make the page of a run anew, with the charts and words of this version')
    .argument('<run>', 'a run folder, or one of its folds')
    .option('--output <file>', 'where to write it; default: report/index.html of the run')
    .action(async (run: string, { output }: { output?: string }) => {
      process.stdout.write(`report: ${await renderReportAgain(run, output)}\n`);
    });
}
