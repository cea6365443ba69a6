"""OpenCV-Python as a contestant of `bench preprocessing`. Arguments: a PreprocessingWork as JSON, the cascade's file, processes.

One process uses OpenCV's own threads; several have one thread each, which is the faster way where there are many pictures.
"""
import json
import multiprocessing
import resource
import sys
import time
from pathlib import Path

import cv2
import numpy as np

work = json.loads(sys.argv[1])
cascade = None


def start(cascade_file, threads):
    global cascade
    cv2.setNumThreads(threads)
    cascade = cv2.CascadeClassifier(cascade_file)


def best_face(grey):
    height, width = grey.shape
    scale = min(1, work["searchSize"] / max(height, width))
    small = grey
    if scale < 1:
        small = cv2.resize(grey, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
    side = round(work["minSize"] * min(small.shape))
    boxes, _, weights = cascade.detectMultiScale3(
        small, work["scaleFactor"], work["minNeighbours"], 0, (side, side), outputRejectLevels=True
    )
    return None if len(boxes) == 0 else np.array(boxes[int(np.argmax(weights))]) / scale


def crop(grey, box):
    """A square of the box's side; the nearest pixel is repeated outside."""
    side = max(1, round(max(box[2], box[3])))
    left, top = round(box[0] + box[2] / 2 - side / 2), round(box[1] + box[3] / 2 - side / 2)
    height, width = grey.shape
    edges = (max(0, -top), max(0, top + side - height), max(0, -left), max(0, left + side - width))
    inside = grey[max(0, top) : min(height, top + side), max(0, left) : min(width, left + side)]
    return inside if max(edges) == 0 else cv2.copyMakeBorder(inside, *edges, cv2.BORDER_REPLICATE)


def process(path):
    grey = cv2.imread(path, cv2.IMREAD_GRAYSCALE)
    found = False
    if work["searchSize"] > 0:
        box = best_face(grey)
        found = box is not None
        if found:
            grey = crop(grey, box)
    return found, cv2.resize(cv2.equalizeHist(grey), (work["side"], work["side"]), interpolation=cv2.INTER_AREA)


if __name__ == "__main__":
    files = sorted(str(path) for path in Path(work["folder"]).glob("*/*.JPG"))
    processes = int(sys.argv[3])
    if processes == 1:
        start(sys.argv[2], work["threads"])
        run = lambda: [process(file) for file in files]
    else:
        pool = multiprocessing.get_context("spawn").Pool(processes, start, (sys.argv[2], 1))
        chunk = max(1, len(files) // (4 * processes))
        run = lambda: pool.map(process, files, chunk)
    results = run()
    faces = f", {sum(found for found, _ in results)} faces" if work["searchSize"] > 0 else ""
    level = np.mean([picture.mean() for _, picture in results])
    how = f"{processes} processes" if processes > 1 else f"1 process, {work['threads']} threads"
    print(json.dumps({"ready": f"OpenCV {cv2.__version__}, {how}{faces}, mean level {level:.2f}"}), flush=True)
    for _ in sys.stdin:
        started = time.perf_counter()
        run()
        seconds = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": seconds, "peakMemoryMiB": peak}), flush=True)
