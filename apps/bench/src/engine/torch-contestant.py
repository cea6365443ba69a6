"""The PyTorch contestant of the training and engine benchmarks: Adam, cross-entropy, channels-last.

Arguments: network, train or predict, batch, repetitions a turn.
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


def normal(inputs, outputs, kernel, stride=1, relu=True):
    layers = [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outputs)]
    return nn.Sequential(*layers, nn.ReLU()) if relu else nn.Sequential(*layers)


class Bottleneck(nn.Module):
    def __init__(self, inputs, filters, stride, project):
        super().__init__()
        self.main = nn.Sequential(
            normal(inputs, filters, 1), normal(filters, filters, 3, stride), normal(filters, 4 * filters, 1, relu=False)
        )
        self.shortcut = normal(inputs, 4 * filters, 1, stride, relu=False) if project else nn.Identity()

    def forward(self, x):
        return F.relu(self.main(x) + self.shortcut(x))


def resnet50(classes):
    stages, inputs = [normal(3, 64, 7, 2), nn.MaxPool2d(3, 2, padding=1)], 64
    for stage, blocks in enumerate([3, 4, 6, 3]):
        filters = 64 * 2**stage
        for block in range(blocks):
            stages.append(Bottleneck(inputs, filters, 2 if stage > 0 and block == 0 else 1, block == 0))
            inputs = 4 * filters
    return nn.Sequential(*stages, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, classes))


def vgg13_ferplus(classes):
    layers, inputs = [], 1
    for block in [[64] * 2, [128] * 2, [256] * 3, [256] * 3]:
        for filters in block:
            layers += [nn.Conv2d(inputs, filters, 3, padding=1), nn.ReLU()]
            inputs = filters
        layers += [nn.MaxPool2d(2), nn.Dropout(0.25)]
    layers += [nn.Flatten(), nn.Linear(256 * 16, 1024), nn.ReLU(), nn.Dropout(0.5)]
    layers += [nn.Linear(1024, 1024), nn.ReLU(), nn.Dropout(0.5)]
    return nn.Sequential(*layers, nn.Linear(1024, classes))


# name: side, channels, classes, network
networks = {
    "mini-xception": (48, 1, 7, MiniXception),
    "resnet50": (64, 3, 7, resnet50),
    "vgg13-ferplus": (64, 1, 8, vgg13_ferplus),
}

network, task = sys.argv[1:3]
batch, repetitions = map(int, sys.argv[3:5])
side, channels, classes, build = networks[network]
torch.manual_seed(1)
model = build(classes).to(memory_format=torch.channels_last)
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
pictures = torch.randn(batch, channels, side, side).to(memory_format=torch.channels_last)
targets = torch.arange(batch) % classes


def train(count):
    for _ in range(count):
        loss = F.cross_entropy(model(pictures), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss.item()


@torch.inference_mode()
def predict(count):
    model.eval()
    for _ in range(count):
        F.softmax(model(pictures), 1).numpy()


run = train if task == "train" else predict
run(3)
print(json.dumps({"ready": f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads"}), flush=True)
for _ in sys.stdin:
    started = time.perf_counter()
    run(repetitions)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peakMemoryMiB": peak}), flush=True)
