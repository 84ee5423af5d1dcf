using System.Runtime.CompilerServices;
using TorchSharp;

namespace FineTune;

/// <summary>The TorchVision package decodes no picture until it is told with what.</summary>
internal static class PackagePictures
{
    [ModuleInitializer]
    public static void ChooseDecoder()
    {
#pragma warning disable PORT001 // This file is compiled for the package alone.
        torchvision.io.DefaultImager ??= new torchvision.io.SkiaImager();
#pragma warning restore PORT001
    }
}
