import { modelCardSchema } from '@mien/core';
import { openCamera } from './camera.js';
import { decodePicture } from './decode-picture.js';
import { forbidConnections } from './forbid-connections.js';
import { loadPageFiles } from './load-page-files.js';
import { ownBundle } from './own-bundle.js';
import { PageView } from './page-view.js';
import type { BundleFiles } from './protocol.js';
import { ReadingClient } from './reading-client.js';
import { readVideo } from './video-loop.js';

const view = new PageView();
const element = <Kind extends HTMLElement>(id: string) => document.getElementById(id) as Kind;
const video = element<HTMLVideoElement>('video');
const select = element<HTMLSelectElement>('bundle');

/** Ends what is under way: a camera, a video. */
let end: () => void = () => undefined;
/** A picture stays, so that another bundle can read it. */
let picture: Blob | undefined;
let client: ReadingClient;

/** What fails is said on the page; nothing is left half done. */
async function attempt(work: () => Promise<void>): Promise<void> {
  view.fail('');
  try {
    await work();
  } catch (error) {
    view.fail(error instanceof Error ? error.message : String(error));
  }
}

function stop(): void {
  end();
  end = () => undefined;
  picture = undefined;
  view.showNothing();
}

async function startCamera(): Promise<void> {
  const stream = await openCamera();
  stop();
  const [track] = stream.getVideoTracks();
  track.addEventListener('ended', () => {
    stop();
    view.fail('The camera is gone. Plug it in and start it again.');
  });
  video.srcObject = stream;
  follow(() => {
    for (const each of stream.getTracks()) each.stop();
    video.srcObject = null;
  });
  await video.play();
}

async function openFile(file: File): Promise<void> {
  stop();
  if (file.type.startsWith('video/')) return openVideo(file);
  picture = file;
  await readPicture(file);
}

async function openVideo(file: File): Promise<void> {
  const url = URL.createObjectURL(file);
  const release = () => {
    video.pause();
    video.removeAttribute('src');
    video.load();
    URL.revokeObjectURL(url);
  };
  video.srcObject = null;
  video.loop = true;
  video.src = url;
  try {
    await video.play();
  } catch (cause) {
    release();
    throw new Error(`This browser cannot play ${file.name}. MP4 (H.264) and WebM are played everywhere.`, { cause });
  }
  follow(release);
}

/** Reads the video that plays until it is stopped. @param release frees where it comes from. */
function follow(release: () => void): void {
  view.showVideo();
  const stopReading = readVideo(
    video,
    client,
    (reading, time) => view.showFrame(reading, time),
    (error) => {
      stop();
      view.fail(error instanceof Error ? error.message : String(error));
    },
  );
  end = () => {
    stopReading();
    release();
  };
}

async function readPicture(file: Blob): Promise<void> {
  const bitmap = await decodePicture(file);
  view.showPicture(bitmap);
  view.showReading(await client.readPicture(bitmap));
}

async function openBundle(bundle: BundleFiles): Promise<void> {
  await client.open(bundle);
  view.showCard(modelCardSchema.parse(bundle.card));
  if (picture) await readPicture(picture);
}

async function start(): Promise<void> {
  const files = await loadPageFiles((done, all) => view.say(`Loading, ${done} of ${all} …`));
  forbidConnections();
  const { bundles, ...parts } = files;
  view.say('Starting …');
  client = await ReadingClient.start(parts);
  const [[name, bundle]] = bundles;
  for (const each of bundles.keys()) select.add(new Option(each));
  await openBundle(bundle);
  let current = name;
  select.addEventListener('change', () =>
    attempt(async () => {
      const wanted = select.value;
      // Taken back when it cannot be opened: the one before still reads.
      select.value = current;
      await openBundle(bundles.get(wanted) as BundleFiles);
      select.value = wanted;
      current = wanted;
    }),
  );
  onFiles('own-bundle', async (chosen) => {
    const own = await ownBundle(chosen);
    await openBundle(own.bundle);
    (bundles as Map<string, BundleFiles>).set(own.name, own.bundle);
    if (![...select.options].some(({ value }) => value === own.name)) select.add(new Option(own.name));
    select.value = own.name;
    current = own.name;
  });
  onFiles('file', ([file]) => openFile(file));
  element('camera').addEventListener('click', () => attempt(startCamera));
  element('stop').addEventListener('click', () => {
    stop();
    element('camera').focus();
  });
  acceptDrops();
  view.enable();
}

function onFiles(id: string, work: (files: readonly File[]) => Promise<void>): void {
  const input = element<HTMLInputElement>(id);
  input.addEventListener('change', async () => {
    const files = [...(input.files ?? [])];
    // So that the same file can be chosen again.
    input.value = '';
    if (files.length > 0) await attempt(() => work(files));
  });
}

function acceptDrops(): void {
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file) void attempt(() => openFile(file));
  });
}

await attempt(start);
