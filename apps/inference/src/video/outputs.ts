import { once } from 'node:events';
import { type FileHandle, open } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import type { Emotion } from '@mien/core';
import { writeFileAtomically } from '@mien/core/node';
import { drawFaces } from './draw-faces.js';
import { loadFFmpeg } from './ffmpeg.js';
import { formatCsvHead, formatCsvRows, formatFrameLine } from './frame-records.js';
import { PendingFile } from './pending-file.js';
import type { ReadFrame } from './read-video.js';
import { Timeline } from './timeline.js';
import { renderTimelinePage, renderTimelineSvg } from './timeline-page.js';
import { VideoWriter } from './video-writer.js';

/** Where the frames of a video go as they are read. What is written gets its name at the end, whole. */
export interface VideoOutput {
  /** @throws {WriteFailedError} */
  add(frame: ReadFrame): Promise<void>;
  /** Makes it whole: after the last frame, wherever the video ended. @throws {WriteFailedError} */
  finish(): Promise<void>;
  /** Leaves nothing behind. */
  discard(): Promise<void>;
}

/** A line of JSON a frame, as they come. */
export function writeLines(stream: Writable): VideoOutput {
  return {
    async add({ record }) {
      if (!stream.write(formatFrameLine(record))) await once(stream, 'drain');
    },
    finish: async () => undefined,
    discard: async () => undefined,
  };
}

/** A csv with a row for each face of each frame. @throws {WriteFailedError} when it cannot be begun. */
export async function writeCsv(path: string, labels: readonly Emotion[]): Promise<VideoOutput> {
  const pending = await PendingFile.create(path);
  const file: FileHandle = await pending.orFail(() => open(pending.temporary, 'wx'));
  await pending.orFail(() => file.appendFile(formatCsvHead(labels)));
  return {
    async add({ record }) {
      if (record.faces.length > 0) await pending.orFail(() => file.appendFile(formatCsvRows(record, labels)));
    },
    async finish() {
      await pending.orFail(() => file.sync());
      await file.close();
      await pending.commit();
    },
    async discard() {
      await file.close();
      await pending.discard();
    },
  };
}

/** A timeline of the faces: a page, or, where the file's name ends in `.svg`, the picture alone. */
export function writeTimeline(path: string, labels: readonly Emotion[], title: string): VideoOutput {
  const timeline = new Timeline(labels);
  return {
    async add({ record }) {
      timeline.add(record.time, record.faces);
    },
    async finish() {
      const isPicture = path.toLowerCase().endsWith('.svg');
      await writeFileAtomically(path, isPicture ? renderTimelineSvg(timeline) : renderTimelinePage(timeline, title));
    },
    discard: async () => undefined,
  };
}

/** A copy of the video, without sound, with the faces drawn in. It changes the frames, so it comes last. */
export function writeAnnotatedVideo(path: string, frameRate: number): VideoOutput {
  let writer: VideoWriter | undefined;
  return {
    async add({ record, image }) {
      writer ??= await VideoWriter.create(await loadFFmpeg(), path, image, frameRate);
      await drawFaces(image, record.faces);
      await writer.add(image, record.time);
    },
    finish: async () => writer?.finish(),
    discard: async () => writer?.discard(),
  };
}
