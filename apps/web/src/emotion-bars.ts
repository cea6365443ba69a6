import type { Emotion } from '@mien/core';
import type { ReadFace } from './protocol.js';
import { percent } from './wording.js';

/** A bar for each emotion that the model knows. */
export class EmotionBars {
  readonly #root: HTMLElement;
  readonly #bars = new Map<Emotion, { readonly row: HTMLElement; readonly value: HTMLElement }>();

  constructor(root: HTMLElement) {
    this.#root = root;
  }

  /** @param labels in the model's order. */
  show(labels: readonly Emotion[]): void {
    this.#bars.clear();
    this.#root.replaceChildren(
      ...labels.map((label) => {
        const row = document.createElement('div');
        row.className = 'bar';
        row.style.setProperty('--colour', `var(--${label})`);
        row.setAttribute('role', 'meter');
        row.setAttribute('aria-label', label);
        row.setAttribute('aria-valuemin', '0');
        row.setAttribute('aria-valuemax', '100');
        row.dataset.emotion = label;
        const [name, track, value] = ['span', 'span', 'span'].map((tag) => document.createElement(tag));
        name.textContent = label;
        track.className = 'track';
        track.append(document.createElement('span'));
        row.append(name, track, value);
        this.#bars.set(label, { row, value });
        return row;
      }),
    );
    this.update(undefined);
  }

  /** @param face undefined where there is none. */
  update(face: Pick<ReadFace, 'label' | 'probabilities'> | undefined): void {
    for (const [emotion, { row, value }] of this.#bars) {
      const share = face?.probabilities[emotion] ?? 0;
      row.style.setProperty('--share', String(share));
      row.classList.toggle('most', emotion === face?.label);
      row.setAttribute('aria-valuenow', (100 * share).toFixed(1));
      row.setAttribute('aria-valuetext', face ? percent(share) : 'no face');
      value.textContent = face ? percent(share) : '–';
    }
  }
}
