"""What PyTorch draws after manual_seed(0): default parameters, initializations, dropout masks: random.safetensors."""
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn import init

from fixture import save

modules = {
    "Linear": lambda: nn.Linear(37, 19),
    "Linear without bias": lambda: nn.Linear(5, 3, bias=False),
    "Bilinear": lambda: nn.Bilinear(3, 4, 5),
    "Conv1d": lambda: nn.Conv1d(3, 4, 5),
    "Conv2d": lambda: nn.Conv2d(3, 8, 3, groups=1),
    "Conv2d in groups": lambda: nn.Conv2d(4, 8, (3, 2), groups=2),
    "Conv3d": lambda: nn.Conv3d(2, 3, 2),
    "ConvTranspose2d": lambda: nn.ConvTranspose2d(4, 6, 3, groups=2),
    "Embedding": lambda: nn.Embedding(7, 5),
    "Embedding with padding": lambda: nn.Embedding(7, 5, padding_idx=2),
    "EmbeddingBag": lambda: nn.EmbeddingBag(7, 5),
    "BatchNorm2d": lambda: nn.BatchNorm2d(4),
    "LayerNorm": lambda: nn.LayerNorm(4),
    "LSTM": lambda: nn.LSTM(3, 4, num_layers=2, bidirectional=True),
    "GRU": lambda: nn.GRU(3, 4),
    "RNN": lambda: nn.RNN(3, 4, bias=False),
    "MultiheadAttention": lambda: nn.MultiheadAttention(6, 2),
    "MultiheadAttention of other sizes": lambda: nn.MultiheadAttention(6, 2, add_bias_kv=True, kdim=3, vdim=4),
    "TransformerEncoderLayer": lambda: nn.TransformerEncoderLayer(6, 2, 8),
    "TransformerEncoder": lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(6, 2, 8), 2),
    "Sequential": lambda: nn.Sequential(nn.Linear(3, 4), nn.Conv2d(2, 3, 3), nn.Linear(4, 2)),
}

initializations = {
    "uniform_": (lambda t: init.uniform_(t, -0.3, 0.7), (5, 7)),
    "normal_": (lambda t: init.normal_(t, 1, 0.5), (5, 7)),
    "normal_ of few": (lambda t: init.normal_(t), (5,)),
    "constant_": (lambda t: init.constant_(t, 3), (2, 3)),
    "eye_": (init.eye_, (3, 4)),
    "dirac_": (init.dirac_, (3, 4, 3, 2)),
    "xavier_uniform_": (lambda t: init.xavier_uniform_(t, init.calculate_gain("relu")), (5, 7)),
    "xavier_normal_": (init.xavier_normal_, (5, 7, 3)),
    "kaiming_uniform_": (lambda t: init.kaiming_uniform_(t, nonlinearity="relu"), (5, 7, 3, 3)),
    "kaiming_normal_": (lambda t: init.kaiming_normal_(t, 0.1, mode="fan_out"), (5, 7, 3, 3)),
    "orthogonal_": (init.orthogonal_, (4, 6)),
    "orthogonal_, tall": (lambda t: init.orthogonal_(t, 2), (6, 2, 2)),
    "sparse_": (lambda t: init.sparse_(t, 0.3), (10, 4)),
    "trunc_normal_": (lambda t: init.trunc_normal_(t, 0.1, 0.5, -0.4, 0.6), (5, 7)),
}

masks = {
    "dropout": (lambda t: F.dropout(t, 0.3), (4, 25)),
    "dropout2d": (lambda t: F.dropout2d(t, 0.5), (3, 8, 2, 2)),
    "dropout3d": (lambda t: F.dropout3d(t, 0.5), (3, 8, 2, 1, 2)),
    "alpha_dropout": (lambda t: F.alpha_dropout(t, 0.4, True), (4, 25)),
    "feature_alpha_dropout": (lambda t: F.feature_alpha_dropout(t, 0.4, True), (3, 8, 2, 2)),
    "rrelu": (lambda t: F.rrelu(-t, 0.1, 0.4, True), (4, 25)),
    "LSTM with dropout": (lambda t: nn.LSTM(25, 3, num_layers=2, dropout=0.5)(t)[0], (2, 4, 25)),
    "TransformerEncoderLayer with dropout": (lambda t: nn.TransformerEncoderLayer(4, 2, 6, dropout=0.5)(t), (3, 2, 4)),
}

torch.set_num_threads(1)
tensors = {}
for name, make in modules.items():
    torch.manual_seed(0)
    tensors |= {f"module|{name}|{key}": value for key, value in make().state_dict().items()}
for name, (function, shape) in initializations.items():
    torch.manual_seed(0)
    tensors[f"initialization|{name}"] = function(torch.empty(shape))
for name, (function, shape) in masks.items():
    torch.manual_seed(0)
    tensors[f"mask|{name}"] = function(torch.ones(shape))
save("random.safetensors", tensors)
