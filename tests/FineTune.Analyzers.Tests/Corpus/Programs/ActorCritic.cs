using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

// Advantage actor-critic on a bandit with a context: two networks, two optimizers.
const int Contexts = 16;
const int Arms = 6;
const int Rounds = 20_000;

manual_seed(11);
var bandit = new Bandit(Contexts, Arms, seed: 5);
var actor = new Actor(Contexts, Arms);
var critic = new Critic(Contexts);
var actorOptimizer = optim.Adam(actor.parameters(), 3e-4);
var criticOptimizer = optim.Adam(critic.parameters(), 1e-3);
var window = new Queue<double>();

for (var round = 1; round <= Rounds; round++)
{
    using var scope = NewDisposeScope();
    var contexts = Enumerable.Range(0, 32).Select(_ => bandit.Context()).ToArray();
    var states = functional.one_hot(tensor(contexts.Select(context => (long)context).ToArray()), Contexts).to(ScalarType.Float32);

    var logits = actor.call(states);
    var probabilities = functional.softmax(logits, 1);
    var actions = multinomial(probabilities.detach(), 1);
    var chosen = actions.squeeze(1).data<long>().ToArray();
    var rewards = tensor(contexts.Zip(chosen, (context, arm) => bandit.Pull(context, (int)arm)).ToArray());

    var values = critic.call(states).squeeze(1);
    var advantages = (rewards - values).detach();

    var criticLoss = functional.mse_loss(values, rewards);
    criticOptimizer.zero_grad();
    criticLoss.backward();
    criticOptimizer.step();

    var logProbabilities = functional.log_softmax(logits, 1).gather(1, actions).squeeze(1);
    var entropy = -(probabilities * (probabilities + 1e-9).log()).sum(1).mean();
    var actorLoss = -(logProbabilities * advantages).mean() - 0.01 * entropy;
    actorOptimizer.zero_grad();
    actorLoss.backward();
    nn.utils.clip_grad_norm_(actor.parameters(), 0.5);
    actorOptimizer.step();

    window.Enqueue(rewards.mean().ToDouble());
    if (window.Count > 100)
        window.Dequeue();
    if (round % 500 == 0)
        Console.WriteLine(
            $"Round {round}: reward {window.Average():F3} of {bandit.Best:F3}, critic {criticLoss.ToSingle():F4}, entropy "
                + $"{entropy.ToSingle():F3}");
}

var right = Enumerable.Range(0, Contexts).Count(context =>
{
    using var _ = no_grad();
    var state = functional.one_hot(tensor(new long[] { context }), Contexts).to(ScalarType.Float32);
    return actor.call(state).argmax(1).item<long>() == bandit.BestArm(context);
});
Console.WriteLine($"Best arm found in {right} of {Contexts} contexts.");

internal sealed class Bandit
{
    private readonly double[,] means;
    private readonly Random random;

    public Bandit(int contexts, int arms, int seed)
    {
        random = new Random(seed);
        means = new double[contexts, arms];
        for (var context = 0; context < contexts; context++)
        {
            for (var arm = 0; arm < arms; arm++)
                means[context, arm] = random.NextDouble();
        }
    }

    public double Best => Enumerable.Range(0, means.GetLength(0)).Average(context => means[context, BestArm(context)]);

    public int Context() => random.Next(means.GetLength(0));

    public int BestArm(int context) => Enumerable.Range(0, means.GetLength(1)).MaxBy(arm => means[context, arm]);

    public float Pull(int context, int arm) => (float)(means[context, arm] + 0.1 * (random.NextDouble() - 0.5));
}

internal sealed class Actor : Module<Tensor, Tensor>
{
    private readonly Linear hidden;
    private readonly Linear output;

    public Actor(long contexts, long arms)
        : base("actor")
    {
        hidden = Linear(contexts, 64);
        output = Linear(64, arms);
        RegisterComponents();
    }

    public override Tensor forward(Tensor state) => output.call(functional.tanh(hidden.call(state)));
}

internal sealed class Critic : Module<Tensor, Tensor>
{
    private readonly Sequential net;

    public Critic(long contexts)
        : base("critic")
    {
        net = Sequential(Linear(contexts, 64), Tanh(), Linear(64, 1));
        RegisterComponents();
    }

    public override Tensor forward(Tensor state) => net.call(state);
}
