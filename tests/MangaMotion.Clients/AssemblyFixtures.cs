using MangaMotion.Clients;

[assembly: AssemblyFixture(typeof(ApiStack))]
