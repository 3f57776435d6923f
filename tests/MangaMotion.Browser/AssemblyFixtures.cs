using MangaMotion.Browser;
using Xunit.Sdk;
using Xunit.v3;

// One set of servers, one installation and one browser for all tests, which run one after the other.
[assembly: AssemblyFixture(typeof(ConsoleInstallation))]
[assembly: Parallelization(Mode = ParallelMode.None)]
