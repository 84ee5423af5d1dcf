using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Federated
{
    public class ClinicModel : nn.Module<Tensor, Tensor>
    {
        private readonly Linear fc1;
        private readonly Linear fc2;
        private readonly Dropout dropout;

        public ClinicModel() : base("clinic")
        {
            fc1 = nn.Linear(8, 24);
            dropout = nn.Dropout(0.1);
            fc2 = nn.Linear(24, 1);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => fc2.call(dropout.call(nn.functional.relu(fc1.call(x)))).squeeze(1);
    }

    public class Client
    {
        private readonly Tensor records;
        private readonly Tensor outcomes;
        private readonly ClinicModel local = new ClinicModel();

        public Client(string name, int count, float bias)
        {
            Name = name;
            records = torch.randn(count, 8) + bias;
            outcomes = (records.mean(new long[] { 1 }) + 0.2 * torch.randn(count) - bias).gt(0).to(ScalarType.Float32);
        }

        public string Name { get; }

        public long Weight => outcomes.shape[0];

        public (Dictionary<string, Tensor> State, double Loss) TrainLocally(Dictionary<string, Tensor> global, int epochs)
        {
            local.load_state_dict(global);
            local.train();
            var optimizer = optim.SGD(local.parameters(), learningRate: 0.1);
            double last = 0;
            for (int epoch = 0; epoch < epochs; epoch++)
            {
                last = 0;
                foreach (Tensor indices in torch.randperm(Weight).split(32))
                {
                    using var scope = torch.NewDisposeScope();
                    Tensor logits = local.call(records.index_select(0, indices));
                    Tensor loss = nn.functional.binary_cross_entropy_with_logits(logits, outcomes.index_select(0, indices));
                    loss.backward();
                    optimizer.step(); // FT3009
                    last += loss.item<float>() * indices.shape[0];
                }
            }

            return (local.state_dict(), last / Weight);
        }

        public double Accuracy(ClinicModel model)
        {
            model.eval();
            using (torch.no_grad())
            using (torch.NewDisposeScope())
            {
                Tensor guessed = torch.sigmoid(model.call(records)).gt(0.5).to(ScalarType.Float32);
                return guessed.eq(outcomes).to(ScalarType.Float32).mean().item<float>();
            }
        }
    }

    public class Server
    {
        private readonly List<Client> clients;
        private readonly ClinicModel global = new ClinicModel();

        public Server(params Client[] clients) => this.clients = clients.ToList();

        public void Round(int number)
        {
            var answers = clients.Select(client => (client, answer: client.TrainLocally(global.state_dict(), epochs: 2))).ToList();
            double all = answers.Sum(pair => pair.client.Weight);
            using (torch.no_grad())
            {
                foreach (var (name, parameter) in global.named_parameters())
                {
                    Tensor mean = torch.zeros_like(parameter);
                    foreach (var (client, answer) in answers)
                        mean.add_(answer.State[name], alpha: client.Weight / all);
                    parameter.copy_(mean);
                    mean.Dispose();
                }
            }

            var losses = string.Join(", ", answers.Select(pair => $"{pair.client.Name} {pair.answer.Loss:F3}"));
            Console.WriteLine($"Round {number}: {losses}; mean accuracy {clients.Average(client => client.Accuracy(global)):P1}");
        }
    }

    internal class Program
    {
        private static void Main(string[] args)
        {
            torch.random.manual_seed(300);
            var server = new Server(
                new Client("north", 400, 0.0f),
                new Client("south", 250, 0.5f),
                new Client("coast", 700, -0.3f));
            int rounds = args.Length > 0 ? int.Parse(args[0]) : 8;
            for (int round = 1; round <= rounds; round++)
                server.Round(round);
        }
    }
}
