"""The PyTorch contestant of the training benchmark: mini-Xception, Adam, cross-entropy, channels-last.

Arguments: batch, steps a turn, side of the pictures.
"""
import json
import resource
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


class Separable(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.depthwise = nn.Conv2d(inputs, inputs, 3, padding=1, groups=inputs, bias=False)
        self.pointwise = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.norm = nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.01)

    def forward(self, x):
        return self.norm(self.pointwise(self.depthwise(x)))


class Module(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.shortcut = nn.Conv2d(inputs, outputs, 1, stride=2, bias=False)
        self.norm = nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.01)
        self.first = Separable(inputs, outputs)
        self.second = Separable(outputs, outputs)

    def forward(self, x):
        main = self.second(F.relu(self.first(x)))
        return F.max_pool2d(main, 3, 2, padding=1) + self.norm(self.shortcut(x))


class MiniXception(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(1, 8, 3, bias=False), nn.BatchNorm2d(8, eps=1e-3), nn.ReLU(),
            nn.Conv2d(8, 8, 3, bias=False), nn.BatchNorm2d(8, eps=1e-3), nn.ReLU(),
        )
        self.body = nn.Sequential(Module(8, 16), Module(16, 32), Module(32, 64), Module(64, 128))
        self.maps = nn.Conv2d(128, classes, 3, padding=1)

    def forward(self, x):
        return self.maps(self.body(self.stem(x))).mean((2, 3))


batch, steps, side = map(int, sys.argv[1:4])
torch.manual_seed(1)
model = MiniXception(7).to(memory_format=torch.channels_last)
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
pictures = torch.randn(batch, 1, side, side).to(memory_format=torch.channels_last)
targets = torch.arange(batch) % 7


def run(count):
    for _ in range(count):
        loss = F.cross_entropy(model(pictures), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss.item()


run(3)
print(json.dumps({"ready": f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads"}), flush=True)
for _ in sys.stdin:
    started = time.perf_counter()
    run(steps)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peakMemoryMiB": peak}), flush=True)
