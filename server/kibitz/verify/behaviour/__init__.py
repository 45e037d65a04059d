"""Whether an edit that should keep what code does keeps it: both versions are run side by side on symbols.

The method is translation validation by a bisimulation relation (Pnueli, Siegel, Singerman, TACAS 1998; Necula, PLDI 2000;
Kundu, Tatlock, Lerner, PLDI 2009): calls, stores, awaits, yields, raises, returns and decisions of the old and the new text
must come in the same order with the same values, whatever the code in between looks like.
"""
