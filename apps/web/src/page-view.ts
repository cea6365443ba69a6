import type { Emotion, ModelCard } from '@mien/core';
import { EmotionBars } from './emotion-bars.js';
import { drawBoxes } from './face-boxes.js';
import { FaceChoice } from './face-choice.js';
import { FaceHistory } from './history.js';
import { TIMELINE_SECONDS } from './options.js';
import type { Reading } from './protocol.js';
import { RollingMean } from './rolling-mean.js';
import { drawTimeline } from './timeline.js';
import { describeFaces, describeTimeline } from './wording.js';

/** Times are shown as the mean of so many frames, and so is their rate. */
const FRAMES_OF_MEAN = 30;

/** Screen readers are told no more often than this, in milliseconds, while a video plays. */
const WORDS_EVERY = 3000;

/** All that is seen of the page; it knows nothing of where readings come from. */
export class PageView {
  readonly #element = <Kind extends HTMLElement>(id: string) => document.getElementById(id) as Kind;
  readonly #video = this.#element<HTMLVideoElement>('video');
  readonly #picture = this.#element<HTMLCanvasElement>('picture');
  readonly #boxes = this.#element<HTMLCanvasElement>('boxes');
  readonly #timeline = this.#element<HTMLCanvasElement>('timeline');
  readonly #bars = new EmotionBars(this.#element('bars'));
  readonly #choice = new FaceChoice(this.#element<HTMLFieldSetElement>('choice'), () => this.#draw());
  readonly #history = new FaceHistory(TIMELINE_SECONDS);
  readonly #means = {
    detect: new RollingMean(FRAMES_OF_MEAN),
    prepare: new RollingMean(FRAMES_OF_MEAN),
    express: new RollingMean(FRAMES_OF_MEAN),
    between: new RollingMean(FRAMES_OF_MEAN),
  };
  #labels: readonly Emotion[] = [];
  #reading: Reading | undefined;
  #lastShown = 0;
  #lastWords = 0;

  constructor() {
    new ResizeObserver(() => this.#draw()).observe(this.#element('screen'));
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#draw());
  }

  say(text: string): void {
    const status = this.#element('status');
    if (status.textContent !== text) status.textContent = text;
  }

  /** @param text empty when nothing fails. */
  fail(text: string): void {
    this.#element('failure').textContent = text;
    if (text && !this.#reading) this.say('');
  }

  enable(): void {
    for (const id of ['camera', 'file', 'bundle', 'own-bundle']) this.#element<HTMLInputElement>(id).disabled = false;
    this.say('Ready.');
  }

  showCard({ name, labels, input, limits, licence, parameters }: ModelCard): void {
    this.#labels = labels;
    this.#bars.show(labels);
    this.#history.clear();
    const size = `${input.width} × ${input.height}, ${parameters.total.toLocaleString('en')} parameters`;
    this.#element('card').textContent = `${name}: ${size}. ${limits} Licence of the weights: ${licence.weights}.`;
  }

  showVideo(): void {
    this.#show('video');
  }

  showPicture(bitmap: ImageBitmap): void {
    this.#show('picture');
    this.#picture.width = bitmap.width;
    this.#picture.height = bitmap.height;
    this.#picture.getContext('2d')?.drawImage(bitmap, 0, 0);
    this.say('Reading …');
  }

  showNothing(): void {
    this.#show('nothing');
    this.say('Ready.');
  }

  /** What was read of a picture. */
  showReading(reading: Reading): void {
    this.#reading = reading;
    this.#choice.update(reading.faces.map(({ id }) => id));
    for (const stage of ['detect', 'prepare', 'express'] as const) {
      this.#means[stage].clear();
      this.#means[stage].add(reading.times[stage]);
    }
    this.say(describeFaces(reading.faces));
    this.#draw();
  }

  /** What was read of a frame. @param time in seconds. */
  showFrame(reading: Reading, time: number): void {
    this.#reading = reading;
    const now = performance.now();
    if (this.#lastShown > 0) this.#means.between.add(now - this.#lastShown);
    this.#lastShown = now;
    for (const stage of ['detect', 'prepare', 'express'] as const) this.#means[stage].add(reading.times[stage]);
    this.#history.add(time, reading.faces);
    this.#choice.update(reading.faces.map(({ id }) => id));
    if (now - this.#lastWords >= WORDS_EVERY) {
      this.#lastWords = now;
      this.say(describeFaces(reading.faces));
    }
    this.#draw();
  }

  #show(what: 'video' | 'picture' | 'nothing'): void {
    this.#video.hidden = what !== 'video';
    this.#picture.hidden = what !== 'picture';
    this.#element('invitation').hidden = what !== 'nothing';
    this.#element('stop').hidden = what === 'nothing';
    this.#element('timeline-section').hidden = what !== 'video';
    this.#reading = undefined;
    this.#lastShown = 0;
    this.#lastWords = 0;
    this.#history.clear();
    for (const mean of Object.values(this.#means)) mean.clear();
    this.#choice.update([]);
    this.#draw();
  }

  /** The picture is seldom as large as the screen that it stands in. */
  #layBoxesOver({ offsetLeft, offsetTop, offsetWidth, offsetHeight }: HTMLElement): void {
    const { style } = this.#boxes;
    style.left = `${offsetLeft}px`;
    style.top = `${offsetTop}px`;
    style.width = `${offsetWidth}px`;
    style.height = `${offsetHeight}px`;
  }

  #draw(): void {
    const { faces = [], ...size } = this.#reading ?? {};
    const { chosen } = this.#choice;
    this.#layBoxesOver(this.#video.hidden ? this.#picture : this.#video);
    drawBoxes(this.#boxes, { width: 1, height: 1, ...size }, faces, chosen);
    this.#bars.update(faces.find(({ id }) => id === chosen));
    const moments = chosen === undefined ? [] : this.#history.of(chosen);
    drawTimeline(this.#timeline, this.#labels, moments, TIMELINE_SECONDS);
    this.#timeline.setAttribute('aria-label', describeTimeline(chosen ?? 0, moments));
    for (const stage of ['detect', 'prepare', 'express'] as const) {
      this.#element(`time-${stage}`).textContent = milliseconds(this.#means[stage].mean);
    }
    const rate = 1000 / this.#means.between.mean;
    this.#element('rate').textContent = Number.isFinite(rate) ? rate.toFixed(0) : '–';
  }
}

function milliseconds(value: number): string {
  return Number.isNaN(value) ? '–' : `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}
