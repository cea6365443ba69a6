import type { Emotion, Random } from '@mien/core';
import type { ActionUnit, ActionUnitIntensities } from './action-units.js';
import { clamp } from './numeric.js';

/**
 * The action units of each expression at full intensity: the prototypes of EMFACS (W. V. Friesen, P. Ekman:
 * *EMFACS-7: Emotional Facial Action Coding System*, 1983). Contempt, which is not one of the study's seven
 * expressions, is its unilateral smile: give it asymmetry 1.
 */
export const EXPRESSIONS: Readonly<Record<Emotion, ActionUnitIntensities>> = {
  angry: { AU4: 1, AU5: 0.6, AU7: 0.8, AU23: 0.9 },
  disgust: { AU9: 1, AU15: 0.5, AU16: 0.5 },
  fear: { AU1: 0.9, AU2: 0.6, AU4: 0.6, AU5: 0.9, AU7: 0.3, AU20: 0.9, AU26: 0.45 },
  happy: { AU6: 0.8, AU12: 1 },
  sad: { AU1: 0.9, AU4: 0.6, AU15: 0.9 },
  surprise: { AU1: 1, AU2: 1, AU5: 0.7, AU26: 1 },
  neutral: {},
  contempt: { AU12: 0.6 },
};

/** Units that often accompany an expression in posed sets, with how often and how strongly at most (EMFACS variants). */
const VARIANTS: Readonly<Record<Emotion, readonly (readonly [ActionUnit, number, number])[]>> = {
  angry: [
    ['AU24', 0.4, 0.7],
    ['AU17', 0.3, 0.6],
    ['AU10', 0.2, 0.5],
    ['AU25', 0.2, 0.7],
  ],
  disgust: [
    ['AU10', 0.6, 0.8],
    ['AU17', 0.4, 0.6],
    ['AU4', 0.4, 0.5],
    ['AU25', 0.4, 0.6],
    ['AU7', 0.4, 0.6],
  ],
  fear: [['AU25', 0.7, 1]],
  happy: [
    ['AU25', 0.7, 1],
    ['AU26', 0.2, 0.35],
    ['AU7', 0.2, 0.3],
  ],
  sad: [
    ['AU17', 0.6, 0.8],
    ['AU7', 0.2, 0.3],
    ['AU25', 0.1, 0.4],
  ],
  surprise: [['AU25', 0.8, 1]],
  neutral: [],
  contempt: [['AU24', 0.3, 0.4]],
};

/** Every unit of `intensities` times `factor`, for a sequence from neutral (0) to apex (1). */
export function scaleActionUnits(intensities: ActionUnitIntensities, factor: number): ActionUnitIntensities {
  return Object.fromEntries(Object.entries(intensities).map(([unit, value]) => [unit, clamp(value * factor)]));
}

/**
 * One posed rendering of an expression: the prototype at an overall intensity, every unit varied on its own, the
 * variants that happen to accompany it, and slight movements that mean nothing (a relaxed face is never quite still).
 */
export function sampleActionUnits(random: Random, emotion: Emotion, expressiveness: number): ActionUnitIntensities {
  const overall = clamp(expressiveness * random.uniform(0.82, 1.18), 0.4, 1);
  const units: Partial<Record<ActionUnit, number>> = {};
  for (const unit of ['AU1', 'AU2', 'AU4', 'AU7', 'AU12', 'AU15', 'AU25'] as const) {
    units[unit] = random.chance(0.25) ? random.uniform(0, 0.12) : 0;
  }
  for (const [unit, intensity] of Object.entries(EXPRESSIONS[emotion]) as [ActionUnit, number][]) {
    units[unit] = clamp(intensity * overall * random.uniform(0.8, 1.15));
  }
  for (const [unit, probability, most] of VARIANTS[emotion]) {
    const drawn = random.next();
    const intensity = random.uniform(0.4, 1) * most * overall;
    if (drawn < probability) units[unit] = clamp(Math.max(units[unit] ?? 0, intensity));
  }
  return units;
}
