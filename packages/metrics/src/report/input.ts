import { InvalidDataError, type ModelCard } from '@mien/core';
import type { Interval } from '../bootstrap.js';
import type { CalibrationReport } from '../calibration.js';
import type { ClassificationReport } from '../classification.js';
import type { GroupedReport } from '../groups.js';
import type { RankingReport } from '../ranking.js';
import type { ReportTraining } from './training.js';

/** How a figure came about: in-sample, selected-on, held-out, out-of-sample or cross-validated (as in a model's card). */
export type Obtained = ModelCard['metrics'][number]['obtained'];

/** A picture the model got wrong. */
export interface ReportMistake {
  /** `data:image/…;base64,…` (PNG, JPEG, WebP, GIF or AVIF): the page loads nothing from outside. */
  readonly image: string;
  readonly truth: string;
  readonly predicted: string;
  /** Probability of `predicted`, 0..1. */
  readonly confidence?: number;
  /** The sample's name; shown as a tooltip. */
  readonly id?: string;
  /** The same picture with where the model looked drawn in, as a data URI. */
  readonly heatMap?: string;
}

/** What the model did on one part of one data set. */
export interface ReportEvaluation {
  readonly dataset: string;
  readonly split: string;
  readonly obtained: Obtained;
  /** Anything that the reader must know about the protocol. */
  readonly remark?: string;
  /** How many models, of a seed each, answered for every sample; the report counts all answers. Absent: one. */
  readonly seeds?: number;
  readonly report: ClassificationReport;
  readonly accuracyInterval?: Interval;
  /** Groupings by name, e.g. `{ gender: …, angle: … }`. */
  readonly groups?: Readonly<Record<string, GroupedReport | undefined>>;
  readonly mistakes?: readonly ReportMistake[];
  /** Shares of samples whose true class is among the k most probable. */
  readonly topK?: readonly { readonly k: number; readonly accuracy: number }[];
  readonly ranking?: RankingReport;
  readonly calibration?: CalibrationReport;
  /** A temperature that was fitted on validation, and the expected calibration error here with it. */
  readonly temperature?: { readonly value: number; readonly expectedError: number };
}

export interface ReportInput {
  /** The experiment's name. */
  readonly title: string;
  /** One or two sentences on what was done. */
  readonly summary?: string;
  /** Short facts below the title: run, date, seed, training time. */
  readonly facts?: Readonly<Record<string, string | number>>;
  /** The first is the headline. */
  readonly evaluations: readonly ReportEvaluation[];
  readonly training?: ReportTraining;
  /** The configuration as resolved, as text (YAML). */
  readonly configuration?: string;
  /** Engine, versions, hardware. */
  readonly environment?: Readonly<Record<string, string | number>>;
  /** What to type to get the same again. */
  readonly commands?: readonly { readonly command: string; readonly explanation?: string }[];
}

const IMAGE = /^data:image\/(?:png|jpeg|webp|gif|avif);base64,[A-Za-z0-9+/]+={0,2}$/;

/** @throws {InvalidDataError} when there is no evaluation, or a picture is not inside its URI. */
export function checkReportInput(input: ReportInput): void {
  if (input.evaluations.length === 0) {
    throw new InvalidDataError({
      expected: 'at least one evaluation to report',
      found: 'none',
      fix: 'evaluate the model on some split first',
    });
  }
  for (const mistake of input.evaluations.flatMap(({ mistakes = [] }) => mistakes)) {
    if (IMAGE.test(mistake.image) && (mistake.heatMap === undefined || IMAGE.test(mistake.heatMap))) continue;
    throw new InvalidDataError({
      expected: 'pictures as data URIs (data:image/png;base64,…), so that the page needs nothing from outside',
      found: `"${mistake.image.slice(0, 40)}"${mistake.id === undefined ? '' : ` for ${mistake.id}`}`,
      fix: 'encode the picture as base64 and pass it in the URI',
    });
  }
}
