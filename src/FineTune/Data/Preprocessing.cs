namespace FineTune.Data;

/// <summary>
/// How a dataset makes an input of what a person has, a picture or a text: <see cref="Vision.PicturePreprocessing"/> or
/// <see cref="Text.TextPreprocessing"/>. A saved model has it in its file, so that whoever predicts does the same.
/// </summary>
/// <seealso cref="IDataset.Preprocessing"/>
public abstract record Preprocessing
{
    private protected Preprocessing()
    {
    }
}
