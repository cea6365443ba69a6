import type { Dataset } from '@mien/core';

/** Something about a data set's files that is not as it should be, and that leaves the rest usable. */
export interface DatasetIssue {
  /**
   * - `misnamed`: a picture whose name does not say what it shows; left out.
   * - `missing`: a picture that the set's scheme has for this person, and that is not there.
   * - `duplicate`: a second picture for the same person, session, expression and angle; left out.
   * - `misplaced`: a picture outside every class folder; left out.
   * - `empty-class`: a class folder without pictures.
   * - `not-an-image`: a file whose extension is no picture's that can be decoded; left out.
   * - `unreadable`: a file, folder or link that could not be followed; left out.
   * - `repeated-folder`: a link to a folder that was listed already (or to one it lies in); left out.
   * - `unlabelled`: pictures without a label, by folder or file; left out.
   * - `blank`: a picture that shows nothing; left out.
   * - `dropped-class`: pictures of a class that the class mapping drops; `path` is the class.
   */
  readonly kind:
    | 'misnamed'
    | 'missing'
    | 'duplicate'
    | 'misplaced'
    | 'empty-class'
    | 'not-an-image'
    | 'unreadable'
    | 'repeated-folder'
    | 'unlabelled'
    | 'blank'
    | 'dropped-class';
  /** Below the data set's root, with `/` between the parts. */
  readonly path: string;
  /** Why, in words for a person. */
  readonly reason: string;
  /** Left out by the set's own rule (FER+'s votes, SFEW's unlabelled part) or the user's choice: nothing is wrong with it. */
  readonly intended?: boolean;
}

/** A data set whose source was found and looked at. */
export interface OpenedDataset extends Dataset {
  /** What was left out or is missing; found when the set was opened. Damaged pictures show only when they are loaded. */
  readonly issues: readonly DatasetIssue[];
}
