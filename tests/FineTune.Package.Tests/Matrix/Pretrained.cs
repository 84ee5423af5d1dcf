try
{
    using var backbone = Pretrained.ResNet18ImageNet.Create();
    using var pictures = zeros(1, 3, 64, 64);
    using var features = backbone.call(pictures);
    Console.WriteLine($"{features.shape[1]} features.");
}
catch (FineTuneException exception)
{
    Console.WriteLine(exception.Message);
}
