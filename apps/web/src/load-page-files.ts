import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { needsOpenCv } from './needs-opencv.js';
import type { BundleFiles } from './protocol.js';

/** Everything that the page needs, fetched before the first picture is seen. */
export interface PageFiles {
  readonly bundles: ReadonlyMap<string, BundleFiles>;
  readonly faces: ReadonlyMap<string, Uint8Array>;
  readonly wasm: ArrayBuffer;
  /** The source of OpenCV.js: when one of the bundles needs it, or the page's address ends in `?haar`. */
  readonly opencv: string | undefined;
}

interface FileList {
  readonly bundles: readonly string[];
  readonly faces: readonly string[];
}

/** @param onProgress is told how many of the files are there. @throws Error that names the file that is not. */
export async function loadPageFiles(onProgress: (done: number, all: number) => void): Promise<PageFiles> {
  const list: FileList = await (await fetchFile('files.json')).json();
  let done = 0;
  let all = 1 + list.faces.length + list.bundles.length;
  const counted = async <Value>(value: Promise<Value>): Promise<Value> => {
    const got = await value;
    onProgress(++done, all);
    return got;
  };
  const [wasm, faces, bundles] = await Promise.all([
    counted(fetchFile(wasmUrl).then((response) => response.arrayBuffer())),
    Promise.all(list.faces.map(async (path) => [path, await counted(fetchBytes(`faces/${path}`))] as const)),
    Promise.all(
      list.bundles.map(async (name) => {
        const folder = `bundles/${encodeURIComponent(name)}`;
        const files = Promise.all([fetchFile(`${folder}/card.json`), fetchBytes(`${folder}/network.onnx`)]);
        const [card, network] = await counted(files);
        return [name, { card: await card.json(), network }] as const;
      }),
    ),
  ]);
  let opencv: string | undefined;
  if (new URLSearchParams(location.search).has('haar') || bundles.some(([, { card }]) => needsOpenCv(card))) {
    all++;
    opencv = await counted(fetchFile('opencv.js').then((response) => response.text()));
  }
  return { wasm, faces: new Map(faces), bundles: new Map(bundles), opencv };
}

async function fetchBytes(path: string): Promise<Uint8Array> {
  return new Uint8Array(await (await fetchFile(path)).arrayBuffer());
}

async function fetchFile(path: string): Promise<Response> {
  const url = new URL(path, document.baseURI);
  const response = await fetch(url).catch(() => undefined);
  if (response?.ok) return response;
  throw new Error(
    `The page needs ${url.pathname}, which ${response ? `is not there (${response.status})` : 'did not come'}.`,
  );
}
