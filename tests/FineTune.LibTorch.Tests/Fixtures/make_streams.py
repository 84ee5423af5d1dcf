"""Random streams of PyTorch from seed 0 on: streams.safetensors."""
import torch

from fixture import save

tensors = {}


def stream(name, draw):
    """Two draws in a row: the second shows that the first has used up as much of the stream."""
    torch.manual_seed(0)
    tensors[name] = draw()
    tensors[name + " again"] = draw()


stream("randn 3", lambda: torch.randn(3))
stream("randn 100", lambda: torch.randn(100))
stream("randn double", lambda: torch.randn(20, dtype=torch.float64))
stream("rand 7x5", lambda: torch.rand(7, 5))
stream("randint", lambda: torch.randint(-5, 1000, (50,)))
stream("randperm", lambda: torch.randperm(100))
stream("bernoulli", lambda: torch.full((60,), 0.3).bernoulli())
stream("bernoulli_ p", lambda: torch.zeros(60).bernoulli_(0.3))
stream("multinomial", lambda: torch.multinomial(torch.tensor([0.1, 0.2, 0.3, 0.4]), 20, True))
stream("multinomial distinct", lambda: torch.multinomial(torch.tensor([0.1, 0.2, 0.3, 0.4]), 3))
stream("normal_", lambda: torch.empty(40).normal_(2, 3))
stream("uniform_", lambda: torch.empty(40).uniform_(-2, 3))
stream("exponential_", lambda: torch.empty(40).exponential_(2))
stream("random_", lambda: torch.empty(40, dtype=torch.int64).random_(3, 77))
stream("randn_like", lambda: torch.randn_like(torch.ones(2, 9)))
stream("rand_like", lambda: torch.rand_like(torch.ones(2, 9)))
stream("normal", lambda: torch.normal(1.0, 2.0, (33,)))
stream("dropout", lambda: torch.dropout(torch.ones(64), 0.4, True))
stream("feature_dropout", lambda: torch.feature_dropout(torch.ones(2, 16, 2, 2), 0.4, True))

# The state of a generator in the middle of a pair of normal numbers, and what it draws next.
torch.manual_seed(123)
torch.randn(3)
tensors["state"] = torch.get_rng_state()
tensors["after state"] = torch.randn(5)
save("streams.safetensors", tensors)
