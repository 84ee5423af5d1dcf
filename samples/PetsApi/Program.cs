PetsApi.Server.Build(args).Run();
