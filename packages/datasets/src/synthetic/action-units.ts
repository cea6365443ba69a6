import { clamp } from './numeric.js';

/**
 * The facial action units that the face model has, with their names in the Facial Action Coding System
 * (P. Ekman, W. V. Friesen, J. C. Hager: *Facial Action Coding System*, 2002).
 */
export const ACTION_UNITS = {
  AU1: 'inner brow raiser',
  AU2: 'outer brow raiser',
  AU4: 'brow lowerer',
  AU5: 'upper lid raiser',
  AU6: 'cheek raiser',
  AU7: 'lid tightener',
  AU9: 'nose wrinkler',
  AU10: 'upper lip raiser',
  AU12: 'lip corner puller',
  AU15: 'lip corner depressor',
  AU16: 'lower lip depressor',
  AU17: 'chin raiser',
  AU20: 'lip stretcher',
  AU23: 'lip tightener',
  AU24: 'lip pressor',
  AU25: 'lips part',
  AU26: 'jaw drop',
} as const;

export type ActionUnit = keyof typeof ACTION_UNITS;

/** Intensity of each action unit, 0 (not there) to 1 (FACS intensity E, the most a face can do); left out means 0. */
export type ActionUnitIntensities = Readonly<Partial<Record<ActionUnit, number>>>;

/** The intensity of one unit on both sides of the face, and their mean. */
export interface SidedIntensity {
  /** On the side with negative x: the image's left, the person's right. */
  readonly negative: number;
  readonly positive: number;
  readonly mean: number;
}

/**
 * Reads an action unit with asymmetry applied: 0 is symmetric, ±1 takes half of the movement away from one side
 * (positive: the side with positive x moves more). Intensities outside 0..1 are clamped.
 */
export function sidedIntensity(
  intensities: ActionUnitIntensities,
  unit: ActionUnit,
  asymmetry: number,
): SidedIntensity {
  const intensity = clamp(intensities[unit] ?? 0);
  const negative = intensity * (1 - 0.5 * Math.max(0, asymmetry));
  const positive = intensity * (1 + 0.5 * Math.min(0, asymmetry));
  return { negative, positive, mean: (negative + positive) / 2 };
}
