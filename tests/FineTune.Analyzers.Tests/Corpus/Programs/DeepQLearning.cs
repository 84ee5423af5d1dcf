using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DeepQ;

public record struct Transition(float[] State, int Action, float Reward, float[] Next, bool Done);

public class ReplayMemory
{
    private readonly Transition[] transitions;
    private readonly Random random = new(7);
    private int next;

    public ReplayMemory(int capacity) => transitions = new Transition[capacity];

    public int Count { get; private set; }

    public void Push(Transition transition)
    {
        transitions[next] = transition;
        next = (next + 1) % transitions.Length;
        Count = Math.Min(Count + 1, transitions.Length);
    }

    public Transition[] Sample(int size) => Enumerable.Range(0, size).Select(_ => transitions[random.Next(Count)]).ToArray();
}

public class QNetwork : Module<Tensor, Tensor>
{
    private readonly Linear layer1;
    private readonly Linear layer2;
    private readonly Linear layer3;

    public QNetwork(int observations, int actions)
        : base("q")
    {
        layer1 = Linear(observations, 128);
        layer2 = Linear(128, 128);
        layer3 = Linear(128, actions);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => layer3.call(functional.relu(layer2.call(functional.relu(layer1.call(x)))));
}

public class GridWorld
{
    private readonly Random random = new(1);
    private int x, y;

    public float[] Reset() => Observe(x = random.Next(5), y = random.Next(5));

    public (float[] State, float Reward, bool Done) Step(int action)
    {
        x = Math.Clamp(x + (action == 0 ? 1 : action == 1 ? -1 : 0), 0, 4);
        y = Math.Clamp(y + (action == 2 ? 1 : action == 3 ? -1 : 0), 0, 4);
        var done = x == 4 && y == 4;
        return (Observe(x, y), done ? 10 : -0.1f, done);
    }

    private static float[] Observe(int x, int y) => [x / 4f, y / 4f];
}

public static class Program
{
    private const int BatchSize = 128;
    private const float Gamma = 0.99f;
    private const double Tau = 0.005;

    public static void Main()
    {
        var environment = new GridWorld();
        var policy = new QNetwork(2, 4);
        var target = new QNetwork(2, 4);
        target.load_state_dict(policy.state_dict());
        target.eval();
        foreach (var parameter in target.parameters())
            parameter.requires_grad = false;

        var optimizer = optim.AdamW(policy.parameters(), 1e-4, amsgrad: true);
        var memory = new ReplayMemory(10_000);
        var random = new Random(3);
        var steps = 0;
        for (var episode = 0; episode < 600; episode++)
        {
            var state = environment.Reset();
            var score = 0f;
            for (var t = 0; t < 100; t++)
            {
                var epsilon = 0.05 + 0.85 * Math.Exp(-steps++ / 1000.0);
                var action = random.NextDouble() < epsilon ? random.Next(4) : Greedy(policy, state);
                var (next, reward, done) = environment.Step(action);
                memory.Push(new(state, action, reward, next, done));
                state = next;
                score += reward;
                Optimize(policy, target, optimizer, memory);
                Follow(policy, target);
                if (done)
                    break;
            }

            if (episode % 20 == 0)
                Console.WriteLine($"Episode {episode}: {score:F1}");
        }
    }

    private static int Greedy(QNetwork policy, float[] state)
    {
        using var _ = no_grad();
        return (int)policy.call(tensor(state).unsqueeze(0)).argmax(1).item<long>();
    }

    private static void Optimize(QNetwork policy, QNetwork target, optim.Optimizer optimizer, ReplayMemory memory)
    {
        if (memory.Count < BatchSize)
            return;
        using var scope = NewDisposeScope();
        var batch = memory.Sample(BatchSize);
        var states = tensor(batch.SelectMany(transition => transition.State).ToArray()).view(BatchSize, -1);
        var nexts = tensor(batch.SelectMany(transition => transition.Next).ToArray()).view(BatchSize, -1);
        var actions = tensor(batch.Select(transition => (long)transition.Action).ToArray()).unsqueeze(1);
        var rewards = tensor(batch.Select(transition => transition.Reward).ToArray());
        var alive = tensor(batch.Select(transition => transition.Done ? 0f : 1f).ToArray());

        var values = policy.call(states).gather(1, actions).squeeze(1);
        Tensor expected;
        using (no_grad())
            expected = rewards + Gamma * alive * target.call(nexts).max(1).values;

        var loss = functional.smooth_l1_loss(values, expected);
        optimizer.zero_grad();
        loss.backward();
        nn.utils.clip_grad_value_(policy.parameters(), 100);
        optimizer.step();
    }

    private static void Follow(QNetwork policy, QNetwork target)
    {
        using var _ = no_grad();
        foreach (var (mine, theirs) in target.parameters().Zip(policy.parameters()))
            mine.mul_(1 - Tau).add_(theirs, alpha: Tau);
    }
}
