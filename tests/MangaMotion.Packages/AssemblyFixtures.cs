using MangaMotion.Packages;

[assembly: AssemblyFixture(typeof(BuiltPackage))]
