/** Which of the faces the bars and the timeline are of; a radio button each, where there are several. */
export class FaceChoice {
  readonly #root: HTMLFieldSetElement;
  readonly #onChange: () => void;
  #chosen: number | undefined;
  #shown = '';

  constructor(root: HTMLFieldSetElement, onChange: () => void) {
    this.#root = root;
    this.#onChange = onChange;
  }

  /** The face that is looked at: the one that was chosen while it is there, else the first. */
  get chosen(): number | undefined {
    return this.#chosen;
  }

  update(ids: readonly number[]): void {
    if (this.#chosen === undefined || !ids.includes(this.#chosen)) this.#chosen = ids[0];
    const shown = ids.join(',');
    // Made anew only when it changes, so that the keyboard's focus stays.
    if (shown === this.#shown) return;
    this.#shown = shown;
    const legend = this.#root.querySelector('legend') as HTMLLegendElement;
    const focused = this.#root.contains(document.activeElement);
    this.#root.replaceChildren(legend, ...ids.map((id) => this.#button(id)));
    this.#root.hidden = ids.length < 2;
    if (focused) this.#root.querySelector<HTMLInputElement>('input:checked')?.focus();
  }

  #button(id: number): HTMLLabelElement {
    const label = document.createElement('label');
    const input = document.createElement('input');
    Object.assign(input, { type: 'radio', name: 'face', value: String(id), checked: id === this.#chosen });
    input.addEventListener('change', () => {
      this.#chosen = id;
      this.#onChange();
    });
    label.append(input, `Face ${id}`);
    return label;
  }
}
